"""Whether a referral is of somebody known: by what two offices would both know of one person, never by a guess.

All is compared as keyed hashes. The same names and birth date are a *probable* match, for a person to decide. It links by
itself only where the INE, the phone or the e-mail of the young person is the same too, and never where two INE contradict.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Traits:
    """What an identity is recognised by, hashed.

    `names`: names and birth date, in each spelling. `with_ine` and `with_contact`: the same with the INE, with a phone or an
    e-mail. `ine`: the INE alone, of nobody else in the country.
    """

    names: frozenset[str]
    with_ine: frozenset[str] = frozenset()
    with_contact: frozenset[str] = frozenset()
    ine: frozenset[str] = frozenset()

    @property
    def linking(self) -> frozenset[str]:
        """Those of which one is enough to be the same person."""
        return self.with_ine | self.with_contact


@dataclass(frozen=True)
class Recognised:
    """A known person: the linking traits and the INE of all that was sent about them."""

    young_id: UUID
    linking: frozenset[str]
    ine: frozenset[str]


def same_person(traits: Traits, known: Sequence[Recognised]) -> UUID | None:
    """Of those who share a linking trait, in order of age, the one whom a referral is about; None: somebody new.

    The same INE decides. A phone or an e-mail decides only where all who were sent with one of them, and the referral, have
    one INE between them at most: else whose it is would be a guess, and a person decides.
    """
    by_ine = [one for one in known if one.linking & traits.with_ine and one.ine <= traits.ine]
    if by_ine:
        return by_ine[0].young_id
    by_contact = [one for one in known if one.linking & traits.with_contact]
    between_them = traits.ine.union(*(one.ine for one in by_contact))
    return by_contact[0].young_id if by_contact and len(between_them) < 2 else None


def own_links(traits: Traits, others: Iterable[Recognised]) -> frozenset[str]:
    """The linking traits that are a person's alone: of those that others were sent with, they are the first's."""
    return traits.linking.difference(*(one.linking for one in others))
