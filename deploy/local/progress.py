"""Words while something long happens: a bar on a terminal, plain lines elsewhere; always on stderr."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Advance = Callable[[int, int | None], None]
QUIET_SECONDS = 3.0


def say(sentence: str) -> None:
    """One line on stderr, at once; to nobody once whoever read it is gone."""
    with suppress(OSError):
        print(sentence, file=sys.stderr, flush=True)


@contextmanager
def progress(label: str) -> Iterator[Advance]:
    """Gives a function to call with (done, total); total is None while it is not known."""
    if sys.stderr.isatty():
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bar:
            task = bar.add_task(label, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    else:
        yield _lines(label)


def _lines(label: str) -> Advance:
    say(f"{label}…")
    last_shown, last_done = time.monotonic(), 0

    def advance(done: int, total: int | None) -> None:
        nonlocal last_shown, last_done
        finished = done == total and done != last_done
        if finished or (done != last_done and time.monotonic() - last_shown > QUIET_SECONDS):
            last_shown, last_done = time.monotonic(), done
            say(f"{label} : {done}" if total is None else f"{label} : {done}/{total}")

    return advance
