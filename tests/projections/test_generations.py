"""The document that says which rows are read: each step is refused to whoever held an earlier term of the lease."""

from collections.abc import Awaitable, Callable

import pytest

from shared.persistence.transaction import Persistence
from shared.projections.tables import Generations, Superseded
from tests.projections.builders import orders

Step = Callable[[Generations, int], Awaitable[None]]
HERE = {"etabli.production/0": 7}
STEPS: dict[str, Step] = {
    "claim": lambda generations, term: generations.claim(term),
    "follow": lambda generations, term: generations.follow(1, HERE, term),
    "build": lambda generations, term: generations.build(2, HERE, term, done=1, total=2),
    "switch": lambda generations, term: generations.switch(2, term),
}


@pytest.mark.parametrize("name", STEPS)
async def test_a_step_under_an_earlier_term_is_refused_and_changes_nothing(persistence: Persistence, name: str) -> None:
    generations = Generations(persistence, [orders])
    await generations.prepare()
    await generations.begin()
    await generations.claim(2)
    before = await generations.head()
    with pytest.raises(Superseded):
        await STEPS[name](generations, 1)
    assert await generations.head() == before
    await STEPS[name](generations, 2)
