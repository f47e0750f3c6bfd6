"""When even parking fails, the process ends without acknowledging: the message is there for the next start."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import asyncio
from shared.messaging.dispatcher import Dispatcher
from shared.messaging.parking import ConsumerRecord

class NoRoom:
    async def holds(self, record): return False
    async def park(self, record, code): raise ValueError("no room")

async def main():
    await Dispatcher(None, {}, NoRoom(), tries=1).handle(ConsumerRecord("topic", 0, 0, b"key", b"{}", ()))
    print("acknowledged")

asyncio.run(main())
"""


def test_a_message_that_cannot_even_be_parked_ends_the_process_unacknowledged() -> None:
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT], env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 70
    assert "acknowledged" not in ended.stdout
