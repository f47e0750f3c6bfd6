"""Whether a referral is of somebody known: by the INE, a phone or an e-mail beside the names, never by the commune or a guess."""

from dataclasses import dataclass, field
from functools import reduce
from itertools import permutations
from operator import or_
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.referral.domain.matching import Recognised, Traits, own_links, same_person
from services.referral.store.recognition import traits_of
from services.referral.use_cases.requests import IdentityRequest
from tests.referral.builders import an_identity

SECRET = b"a secret of these tests, for them"
ALONE: dict[str, Any] = {"ine": None, "phone": None, "email": None, "commune": None}
A, B = {"ine": "1234567890A"}, {"ine": "123456789AB"}
P, Q = {"phone": "06 12 34 56 78"}, {"phone": "07 00 00 00 01"}
E, C = {"email": "zelie.quintard@exemple.test"}, {"commune": "39198"}


@dataclass
class Register:
    """Persons as referrals come in: what the vault does, without it."""

    persons: dict[UUID, list[Traits]] = field(default_factory=dict)

    def known(self) -> list[Recognised]:
        def all_of(young_id: UUID, kind: str) -> frozenset[str]:
            return frozenset[str]().union(*(getattr(one, kind) for one in self.persons[young_id]))

        return [Recognised(id, all_of(id, "linking"), all_of(id, "ine")) for id in self.persons]

    def takes(self, *said: dict[str, Any]) -> UUID:
        """The person whom a referral that says this is of."""
        identity = an_identity(**reduce(or_, said, ALONE))
        traits = traits_of(IdentityRequest.model_validate(identity), SECRET)
        young_id = same_person(traits, [one for one in self.known() if one.linking & traits.linking])
        young_id = young_id or UUID(int=len(self.persons))
        self.persons.setdefault(young_id, []).append(traits)
        return young_id


def taken(*referrals: tuple[dict[str, Any], ...]) -> list[int]:
    """For each referral, in the order of arrival, the rank of its person."""
    register = Register()
    return [register.takes(*said).int for said in referrals]


def test_the_ine_the_phone_or_the_email_of_the_young_person_links() -> None:
    full = (A, P, E, C)
    assert [taken(full, (one,)) for one in (A, P, E)] == [[0, 0]] * 3


def test_the_commune_links_nobody() -> None:
    assert taken((C,), (C,)) == [0, 1]
    assert taken((A, P, E, C), (C,)) == [0, 1]


def test_names_and_birth_date_alone_link_nobody() -> None:
    assert taken((), ()) == [0, 1]


def test_whoever_shares_an_ine_or_a_phone_under_another_name_or_birth_date_is_somebody_else() -> None:
    twin, misdated = {"given_name": "Zoé"}, {"birth_date": "2010-03-15"}
    assert [taken((A, P, E), (A, P, E, other)) for other in (twin, misdated)] == [[0, 1]] * 2


def test_a_phone_of_the_representative_links_nobody() -> None:
    mother = {"kind": "person", "name": "Odile Quintard", "kinship": "mother", "phone": "06 12 34 56 78"}
    of_the_family = {"representatives": [mother]}
    assert taken((P,), (of_the_family,)) == [0, 1]


def test_two_who_have_two_ine_are_two_whatever_else_they_share() -> None:
    assert taken((A, P, E), (B, P, E)) == [0, 1]


def test_who_came_without_an_ine_is_of_one_ine_at_most() -> None:
    assert taken((A, P), (P,), (B, P)) == [0, 0, 1]
    assert taken((P,), (A, P), (B, P)) == [0, 0, 1]


def test_the_phone_of_one_and_the_ine_of_another_is_the_one_of_the_ine() -> None:
    assert taken((A, P), (B, Q), (B, P)) == [0, 1, 1]


def test_a_phone_that_two_ine_were_sent_with_says_no_more_whose_it_is() -> None:
    assert taken((A, P), (B, P), (P,)) == [0, 1, 2]
    assert taken((A, P), (B, Q), (B, P), (P,)) == [0, 1, 1, 2]
    assert taken((P,), (A, Q), (A, P), (B, P), (P,)) == [0, 1, 1, 2, 3]


def test_the_phone_of_one_and_the_email_of_another_are_a_guess_where_their_ine_differ() -> None:
    assert taken((A, P), (B, E), (P, E)) == [0, 1, 2]
    assert taken((A, P), (E,), (P, E)) == [0, 1, 0]


def test_each_link_is_the_first_persons_alone() -> None:
    mine = Traits(frozenset(), frozenset("a"), frozenset("pe"))
    assert own_links(mine, [Recognised(UUID(int=1), frozenset("px"), frozenset())]) == frozenset("ae")


SAID = st.lists(st.sampled_from([A, B, P, Q, E, C]), max_size=4)


@given(st.lists(SAID, max_size=7))
def test_nobody_has_two_ine_whatever_comes_in_whatever_order(referrals: list[list[dict[str, Any]]]) -> None:
    register = Register()
    for said in referrals:
        register.takes(*said)
    assert all(len(one.ine) < 2 for one in register.known())


def test_whatever_the_order_two_ine_are_two_and_one_ine_is_one() -> None:
    for order in permutations([(A, P), (B, P), (A, Q), (B, E)]):
        persons = dict(zip(map(str, order), taken(*order), strict=True))
        by_ine = [{persons[str(one)] for one in order if one[0] is ine} for ine in (A, B)]
        assert [len(one) for one in by_ine] == [1, 1]
        assert by_ine[0].isdisjoint(by_ine[1])


def test_whom_an_earlier_build_made_of_two_ine_nobody_joins() -> None:
    mine = Traits(frozenset(), with_ine=frozenset("a"), with_contact=frozenset("p"), ine=frozenset("A"))
    assert same_person(mine, [Recognised(UUID(int=1), frozenset("abp"), frozenset("AB"))]) is None
