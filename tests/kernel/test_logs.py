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
    assert [line["event"] for line in lines[:3]] == ["Unable connect to node 0", "another line", "a request failed"]
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
