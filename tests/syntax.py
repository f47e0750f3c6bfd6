"""Python read as a tree, while nothing else can read one: put in the place of `ast.parse` in all processes of the tests."""

import ast
import gc
import threading
from collections.abc import Callable
from typing import Any

_parse: Callable[..., Any] = ast.parse
_one_at_a_time = threading.RLock()


def parse(*source: Any, **options: Any) -> Any:
    """As `ast.parse`. CPython 3.11 counts the depths of two trees made at once together, and fails: another
    thread's, or one made by what the garbage collector ends meanwhile, which may draw a traceback. Neither runs in here."""
    with _one_at_a_time:
        collecting = gc.isenabled()
        gc.disable()
        try:
            return _parse(*source, **options)
        finally:
            if collecting:
                gc.enable()
