"""What libraries log, print or warn of: who said it, where, and the words that stand in their source; never a value."""

import io
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

import structlog

log = structlog.get_logger()
FAR = 12
"""Callers that are looked at: wrappers stand between who says something and the logger."""
SHORT = 4
"""Letters that a text has to have: a shorter one may stand in a value by chance."""
OF_ASYNCIO = frozenset(
    {
        "Future exception was never retrieved",
        "Task exception was never retrieved",
        "Task was destroyed but it is pending!",
        "Unhandled exception in event loop",
    }
)
"""What asyncio says first, from code in C: what follows shows the task, with what it raised."""


PRINTED = {"stderr": "printed"}


class Handler(logging.StreamHandler[TextIO]):
    """Writes a library's line as its source has it. What it would put in there may be about a person."""

    def emit(self, record: logging.LogRecord) -> None:
        words, place = source_of(record.msg, sys._getframe(1))
        if record.name == "asyncio" and str(record.msg).partition("\n")[0] in OF_ASYNCIO:
            words = str(record.msg).partition("\n")[0]
        words = PRINTED.get(record.name, words)
        bare = {"msg": words, "args": (), "logger": record.name, "place": place, "stack_info": None, "exc_text": None}
        super().emit(logging.makeLogRecord({**record.__dict__, **bare}))

    def handleError(self, _record: logging.LogRecord) -> None:
        """A line that cannot be written is lost: logging's own answer prints what it was given."""


class Printed(io.TextIOBase):
    """Stands for stderr once our own lines have theirs: what is printed there is said to have been, by whom, and dropped."""

    def write(self, text: str) -> int:
        if text.strip():
            logging.getLogger("stderr").error("", stacklevel=2)
        return len(text)

    def writable(self) -> bool:
        return True


def source_of(message: Any, frame: FrameType | None) -> tuple[str, str]:
    """The longest text of a message that stands in the code of who says it, and the place of that code.

    Formats stand there whole; of what was put together beforehand (an f-string) only the parts do that hold no value.
    """
    said, words, place = message if isinstance(message, str) else "", "", ""
    for caller in _callers(frame):
        place = place or _place(caller)
        found = max((text for text in _texts(caller) if text in said), key=len, default="")
        if len(found) > len(words):
            words, place = found, _place(caller)
    return words.strip(), place


def keep_to_ourselves() -> None:
    """Have crashes, warnings and prints said by their type and place. For the whole process, once."""
    logging.raiseExceptions = False
    sys.excepthook = lambda _type, error, _traceback: log.critical("process.crashed", exc_info=error)
    sys.unraisablehook = lambda unraisable: log.error("process.unraisable", exc_info=unraisable.exc_value)
    threading.excepthook = lambda crash: log.error("thread.crashed", exc_info=crash.exc_value)
    warnings.showwarning = _warned
    sys.stderr = Printed()


def _warned(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, file: object = None, line: str | None = None
) -> None:
    log.warning("python.warned", category=category.__name__, place=f"{_short(filename)}:{lineno}")


def _callers(frame: FrameType | None) -> Iterator[FrameType]:
    seen = 0
    while frame and seen < FAR:
        if frame.f_code.co_filename not in (logging.__file__, __file__):
            seen += 1
            yield frame
        frame = frame.f_back


def _texts(frame: FrameType) -> Iterator[str]:
    """The texts that stand in a function's source, and the constants of its module, which are in capitals."""
    constants = (value for name, value in frame.f_globals.items() if name.isupper())
    for text in (*frame.f_code.co_consts, *constants):
        if isinstance(text, str) and sum(map(str.isalpha, text)) >= SHORT:
            yield text


def _place(frame: FrameType) -> str:
    return f"{_short(frame.f_code.co_filename)}:{frame.f_lineno}"


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-2:])
