"""The ways to be told no are siblings: whoever catches a rule's refusal does not catch a server that is away."""

import itertools

import pytest

from shared.kernel.errors import Forbidden, Invalid, NotFound, Problem, Refused, Unauthenticated, Unavailable

KINDS = (Unauthenticated, Forbidden, NotFound, Refused, Invalid, Unavailable)


@pytest.mark.parametrize(("one", "other"), itertools.permutations(KINDS, 2))
def test_no_problem_is_a_kind_of_another(one: type[Problem], other: type[Problem]) -> None:
    assert not issubclass(one, other)


def test_each_problem_has_a_status_of_its_own() -> None:
    assert [kind.status for kind in KINDS] == [401, 403, 404, 409, 422, 503]


def test_a_problem_that_needs_no_words_says_its_own_code() -> None:
    for problem in (Unauthenticated(), Forbidden(), NotFound()):
        assert (problem.code,) == type(problem).codes
