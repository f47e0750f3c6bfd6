"""Who may be one person and is not linked: pairs who share names and birth date, or an INE, for somebody to decide on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations
from uuid import UUID

from services.referral.domain.person import ProbableMatch
from services.referral.store.records import Pair, Records
from shared.persistence.keyset import Asked, Part, part_of
from shared.persistence.mongo import Collection, Where

ALIKE: Sequence[Where] = [
    {"$match": {"names": {"$exists": True}}},
    {"$project": {"since": 1, "trait": {"$concatArrays": ["$names", "$ine"]}}},
    {"$unwind": "$trait"},
    {"$group": {"_id": "$trait", "persons": {"$push": {"id": "$_id", "since": "$since"}}}},
    {"$match": {"persons.1": {"$exists": True}}},
]
"""Persons of each trait that several share."""


class Matches:
    """Found anew at each look, in the rows of the vault; what was decided is kept beside them."""

    def __init__(self, persons: Collection, records: Records) -> None:
        self._persons = persons
        self._records = records

    async def undecided(self, asked: Asked) -> Part[ProbableMatch]:
        """A part of the pairs of which nobody said what they are, the latest first."""
        pairs = await self._pairs()
        left = pairs.keys() - await self._records.decided(pairs)
        matches = [ProbableMatch(young_ids=pair, since=pairs[pair]) for pair in left]
        return part_of(matches, lambda match: [match.since.isoformat(), *map(str, match.young_ids)], asked, falling=True)

    async def _pairs(self) -> Mapping[Pair, datetime]:
        """Every pair that shares a trait, with the instant since when both are known."""
        rows = await self._persons.patient().aggregate(ALIKE)
        return {
            _pair(one["id"], other["id"]): max(one["since"], other["since"])
            for row in rows
            for one, other in combinations(row["persons"], 2)
        }


def _pair(one: str, other: str) -> Pair:
    lesser, greater = sorted((one, other))
    return UUID(lesser), UUID(greater)
