"""By what persons are recognised: keyed hashes beside what was sent, so that even an error of the database shows no name."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from services.referral.domain.matching import Recognised, Traits, own_links
from services.referral.domain.person import Identity, first_traits, traits_with_contact, traits_with_ine
from shared.kernel.secrets import derived
from shared.persistence.writes import Row
from shared.web.idempotency import fingerprint


def traits_of(identity: Identity, secret: bytes) -> Traits:
    """The traits by which an identity is recognised, hashed with a key that serves for nothing else."""
    key = derived(secret, "matching")

    def hashed(traits: Iterable[object]) -> frozenset[str]:
        return frozenset(fingerprint(key, trait) for trait in traits)

    return Traits(
        names=hashed(first_traits(identity)), with_ine=hashed(traits_with_ine(identity)),
        with_contact=hashed(traits_with_contact(identity)), ine=hashed([["ine", identity.ine]] if identity.ine else []),
    )  # fmt: skip


def together(every: Iterable[Traits]) -> Traits:
    """What one is recognised by of whom all of these were sent."""
    found = list(every)
    return Traits(
        names=frozenset[str]().union(*(one.names for one in found)),
        with_ine=frozenset[str]().union(*(one.with_ine for one in found)),
        with_contact=frozenset[str]().union(*(one.with_contact for one in found)),
        ine=frozenset[str]().union(*(one.ine for one in found)),
    )


def fields_of(traits: Traits, others: Iterable[Recognised]) -> Mapping[str, list[str]]:
    """What a person's row keeps of what they are recognised by; `links` are theirs alone, under a unique index.

    No `links` where there are none: an empty list would count there as one value.
    """
    kept = {"names": traits.names, "linking": traits.linking, "ine": traits.ine}
    links = own_links(traits, others)
    return {name: sorted(hashes) for name, hashes in (kept | ({"links": links} if links else {})).items()}


def recognised(row: Row) -> Recognised:
    """What a person's row says of that."""
    return Recognised(UUID(row["_id"]), frozenset(row["linking"]), frozenset(row["ine"]))
