"""A source is read whole, whatever the garbage collector ends meanwhile."""

import ast
import gc
from collections.abc import Iterator

import pytest

SOURCE = "\n".join(f"def name_{rank}(one, other): return one + other * {rank}" for rank in range(200))


class DrawsWhenItEnds:
    """What a log line about a forgotten task may do."""

    def __init__(self) -> None:
        self.itself = self  # only the collector finds it

    def __del__(self) -> None:
        ast.parse("one + other")


@pytest.fixture
def collecting_often() -> Iterator[None]:
    thresholds = gc.get_threshold()
    gc.set_threshold(50)
    yield
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("collecting_often")
def test_a_tree_is_made_although_forgotten_things_draw_trees_of_their_own() -> None:
    for _ in range(20):
        for _ in range(10):
            DrawsWhenItEnds()
        assert len(ast.parse(SOURCE).body) == 200
    assert gc.isenabled()
