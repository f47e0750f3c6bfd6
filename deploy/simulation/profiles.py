"""What chance has in store for one young person: every draw made beforehand, so that no race between requests changes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, TypeVar

from shared.events.applications import Met
from shared.events.referral import RefusalCode
from shared.events.students import HORIZONS, ContractKind, InterruptionCode, OutcomeProof, OutcomeSituation, OutcomeSource

T = TypeVar("T")
SITTINGS, OFFERS = 3, 5
BEFORE_MEETING = {
    RefusalCode.UNREACHABLE: 4, RefusalCode.NOT_MOBILE: 3, RefusalCode.CHOSE_OTHER_PATH: 4, RefusalCode.DUPLICATE: 1,
    RefusalCode.OTHER: 1,
}  # fmt: skip
AFTER_MEETING = {RefusalCode.DID_NOT_COME: 4, RefusalCode.PROJECT_NOT_FIT: 5, RefusalCode.NOT_ELIGIBLE: 1}
SITUATIONS = {
    OutcomeSituation.EMPLOYED: 38, OutcomeSituation.APPRENTICESHIP: 24, OutcomeSituation.FURTHER_STUDIES: 14,
    OutcomeSituation.JOB_SEEKING: 12, OutcomeSituation.OTHER: 4, OutcomeSituation.UNREACHABLE: 8,
}  # fmt: skip
PROOFS = {OutcomeProof.CONTRACT: 5, OutcomeProof.CERTIFICATE: 3, OutcomeProof.PHONE: 5, OutcomeProof.NONE: 3}


Answer = Literal["silence", "refused", "refused_once_met", "admitted"]
ANSWERS: Mapping[Answer, int] = {"silence": 6, "refused": 12, "refused_once_met": 10, "admitted": 72}


@dataclass(frozen=True)
class Reply:
    """What one school answers to the application: nothing, no before a meeting, no after it, or yes."""

    answer: Answer
    code: RefusalCode
    met: Met
    dispensed: bool
    """The school sets computed ineligibility aside."""
    reconsidered: bool
    """A no for want of a place is taken back in September."""


@dataclass(frozen=True)
class Departure:
    """An interruption, so many months after the start; the person comes back so many months later, or never."""

    after: int
    day: int
    code: InterruptionCode
    back_after: int | None


@dataclass(frozen=True)
class Declaration:
    """What one source will say at one horizon; `early`, in the month before the day of reference."""

    source: OutcomeSource
    situation: OutcomeSituation
    contract: ContractKind | None
    by_client: bool | None
    proof: OutcomeProof
    early: bool


@dataclass(frozen=True)
class Profile:
    withdrawn: bool
    replies: Sequence[Reply]
    """By the workshop's rank in the region."""
    answers: Sequence[Literal["confirm", "decline", "silence"]]
    """To the first offer, the second…"""
    agency_answers: bool
    comes: bool
    departure: Departure | None
    repeats: bool
    changes: bool
    results: Sequence[Literal["obtained", "failed", "absent"]]
    """At the first session, the second…"""
    tries_again: bool
    futures: Mapping[int, Sequence[Declaration]]
    tries_another_school: bool
    """Once gone, asks again the following spring."""


def draw(chance: Random, workshops: int) -> Profile:
    """Draw a profile, whole: what will come about and what will not."""
    return Profile(
        withdrawn=chance.random() < 0.05,
        replies=[_reply(chance) for _ in range(workshops)],
        answers=[_of(chance, {"confirm": 84, "decline": 8, "silence": 8}) for _ in range(OFFERS)],
        agency_answers=chance.random() < 0.4,
        comes=chance.random() < 0.94,
        departure=_departure(chance),
        repeats=chance.random() < 0.08,
        changes=chance.random() < 0.06,
        results=[_of(chance, {"obtained": 93, "failed": 5, "absent": 2}) for _ in range(SITTINGS)],
        tries_again=chance.random() < 0.4,
        futures=_futures(chance),
        tries_another_school=chance.random() < 0.3,
    )


def _reply(chance: Random) -> Reply:
    answer = _of(chance, ANSWERS)
    codes = BEFORE_MEETING if answer == "refused" else AFTER_MEETING
    return Reply(
        answer=answer,
        code=_of(chance, codes),
        met=_of(chance, {Met.INTERVIEW: 6, Met.IMMERSION: 4}),
        dispensed=chance.random() < 0.35,
        reconsidered=chance.random() < 0.5,
    )


def _departure(chance: Random) -> Departure | None:
    leaves, after, day = chance.random() < 0.22, chance.randint(0, 18), chance.randint(0, 20)
    code = _of(chance, dict.fromkeys(InterruptionCode, 1))
    comes_back, back_after = chance.random() < 0.4, chance.randint(1, 4)
    return Departure(after, day, code, back_after if comes_back else None) if leaves else None


def _futures(chance: Random) -> dict[int, list[Declaration]]:
    situation = _of(chance, SITUATIONS)
    futures = {}
    for horizon in HORIZONS:
        situation = _of(chance, SITUATIONS) if chance.random() < 0.3 else situation
        declarations = [_declaration(chance, situation), _declaration(chance, _of(chance, SITUATIONS))]
        number = _of(chance, {0: 10, 1: 75, 2: 15})
        futures[horizon] = declarations[:number]
    return futures


def _declaration(chance: Random, situation: OutcomeSituation) -> Declaration:
    source, proof = _of(chance, dict.fromkeys(OutcomeSource, 1)), _of(chance, PROOFS)
    contract, by_client = _of(chance, dict.fromkeys(ContractKind, 1)), chance.random() < 0.2
    early = chance.random() < 0.15
    if situation is not OutcomeSituation.EMPLOYED:
        proof = OutcomeProof.NONE if situation is OutcomeSituation.UNREACHABLE else proof
        return Declaration(source, situation, None, None, proof, early)
    return Declaration(source, situation, contract, by_client, proof, early)


def _of(chance: Random, weights: Mapping[T, int]) -> T:
    return chance.choices(list(weights), list(weights.values()))[0]
