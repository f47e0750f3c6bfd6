"""Small rooms and small functions: what a reader holds in mind at once."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
LONGEST_FILE, MEDIAN_FUNCTION = 250, 8
"""Lines."""


def files() -> Iterator[Path]:
    for room in ("services", "shared", "deploy", "tests"):
        yield from (ROOT / room).rglob("*.py")


def lengths(file: Path) -> Iterator[int]:
    """Of each function, from its `def` to its last line."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_longer_than_a_room_may_be() -> None:
    long = {
        str(file.relative_to(ROOT)): count for file in files() if (count := len(file.read_text().splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_half_of_the_functions_are_shorter_than_eight_lines() -> None:
    found = [length for file in files() if "tests" not in file.relative_to(ROOT).parts for length in lengths(file)]
    middle, ninth = median(found), sorted(found)[len(found) * 9 // 10]
    print(f"{len(found)} functions: median {middle:.0f} lines, nine in ten within {ninth}, the longest {max(found)}")
    assert middle < MEDIAN_FUNCTION
