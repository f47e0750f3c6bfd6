"""What is logged of a failure: enough to find it, and nobody's words."""

import json
import logging
import subprocess
import sys
from pathlib import Path

from shared.logs import Repeated

ROOT = Path(__file__).parents[2]
CRASH = """
import asyncio, structlog
from shared.logs import set_up
set_up("toy", "INFO")

async def relay():
    raise KeyError("Dupont")

async def stream():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(read())

async def read():
    raise OSError("Durand")

async def background():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(relay())
        tasks.create_task(stream())

try:
    asyncio.run(background())
except Exception as error:
    structlog.get_logger().critical("background.ended", exc_info=error)
"""


def test_each_task_that_crashed_is_logged_by_its_type_and_place_without_its_words() -> None:
    result = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True)
    group, *frames = json.loads(result.stderr)["exception"]
    assert group == "ExceptionGroup"
    relay, stream = (inner for inner in frames if isinstance(inner, list))
    assert relay[0] == "KeyError"
    assert "in relay" in relay[-1]
    assert stream[0] == "ExceptionGroup"
    assert stream[-1][0] == "OSError"
    assert "in read" in stream[-1][-1]
    assert "Dupont" not in result.stderr
    assert "Durand" not in result.stderr


REPEATING = """
import logging
from shared.logs import set_up
set_up("toy", "INFO")
for number in range(5000):
    logging.getLogger("aiokafka").error("Unable connect to node %s", number)
    if number % 1000 == 0:
        logging.getLogger("aiokafka.conn").error("another line")
        logging.getLogger("uvicorn.error").error("a request failed")
"""


def test_a_line_that_a_client_of_kafka_writes_again_and_again_is_written_once() -> None:
    result = subprocess.run([sys.executable, "-c", REPEATING], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True)
    lines = [json.loads(line) for line in result.stderr.splitlines()]
    assert [line["event"] for line in lines[:3]] == ["Unable connect to node %s", "another line", "a request failed"]
    assert [line["event"] for line in lines[3:]] == ["a request failed"] * 4


def test_after_a_while_one_more_is_written_and_counts_those_between() -> None:
    now = 100.0
    repeated = Repeated(seconds=30, now=lambda: now)

    def written() -> int | None:
        record = logging.LogRecord("aiokafka", logging.ERROR, __file__, 1, "Unable connect", (), None)
        return record.__dict__["repeated"] if repeated.filter(record) else None

    assert [written() for _ in range(4)] == [0, None, None, None]
    now += 31
    assert [written(), written()] == [3, None]


FOREIGN = """
import asyncio, logging, sys, threading, traceback, warnings
from shared.logs import set_up
set_up("toy", "INFO")
name = sys.argv[1]
library = logging.getLogger("library")
SLOW_PROCESSING = "Slow processing of %r in a constant"

class Said:
    def __repr__(self): return name
    __str__ = __repr__

def says():
    library.error("Cannot decode %r: %s", name, Said())
    library.error(f"Cannot read {name} from a topic")
    library.error("Wrong number of arguments %s", name, name)
    library.error("Not a number %d", name)
    library.error(SLOW_PROCESSING, name)
    library.error(Said())
    library.error(name)
    library.error("Given a mapping %(who)s", {"who": name})
    library.error("With a stack", stack_info=True, extra={"who": name})

def wraps(message, *args):
    library.warning(f"[^--{name}]: {message}", *args)

says()
wraps("Crashed reason=%r", ValueError(name))
try:
    raise ValueError(name)
except ValueError:
    library.exception("Raised %s", name)
    traceback.print_exc()
    print(f"Thread crashed: {name}", file=sys.stderr)
sys.stderr.write(name)
warnings.warn(f"deprecated: {name}")

class Unraisable:
    def __del__(self): raise KeyError(name)
Unraisable()

def crashes(): raise OSError(name)
thread = threading.Thread(target=crashes, name=name)
thread.start(); thread.join()

async def never_retrieved():
    async def fails(who): raise RuntimeError(who)
    asyncio.create_task(fails(name), name=name)
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(lambda who: 1 / 0, name)
    await asyncio.sleep(0.01)
    asyncio.get_running_loop().call_exception_handler({"message": f"Fatal error of {name}", "who": name})

asyncio.run(never_retrieved())
raise SystemError(name)
"""


def test_what_libraries_say_print_or_crash_with_is_told_by_its_place_type_and_source_and_no_value() -> None:
    result = subprocess.run([sys.executable, "-c", FOREIGN, "Dupont"], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert result.returncode == 1
    assert "Dupont" not in result.stderr + result.stdout
    lines = [json.loads(line) for line in result.stderr.splitlines()]
    said = [line["event"] for line in lines if line.get("logger") == "library"]
    assert said == [
        "Cannot decode %r: %s", "from a topic", "Wrong number of arguments %s", "Not a number %d",
        "Slow processing of %r in a constant", "", "", "Given a mapping %(who)s", "With a stack", "Crashed reason=%r",
        "Raised %s",
    ]  # fmt: skip
    assert all(line["place"].startswith("<string>:") for line in lines if line.get("logger") == "library")
    raised = {line["event"]: line["exception"][0] for line in lines if "exception" in line}
    assert raised.items() >= {
        ("Raised %s", "ValueError"), ("process.unraisable", "KeyError"), ("thread.crashed", "OSError"),
        ("Task exception was never retrieved", "RuntimeError"), ("process.crashed", "SystemError"),
    }  # fmt: skip
    assert "ZeroDivisionError" in raised.values()
    assert [line["category"] for line in lines if line["event"] == "python.warned"] == ["UserWarning"]
    assert "printed" in {line["event"] for line in lines}
