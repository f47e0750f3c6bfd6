"""What is logged of a failure: enough to find it, and nobody's words."""

import json
import subprocess
import sys
from pathlib import Path

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
    said = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True)
    group, *frames = json.loads(said.stderr)["exception"]
    assert group == "ExceptionGroup"
    relay, stream = (inner for inner in frames if isinstance(inner, list))
    assert relay[0] == "KeyError"
    assert "in relay" in relay[-1]
    assert stream[0] == "ExceptionGroup"
    assert stream[-1][0] == "OSError"
    assert "in read" in stream[-1][-1]
    assert "Dupont" not in said.stderr
    assert "Durand" not in said.stderr
