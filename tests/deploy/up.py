"""`etabli up` with stand-ins for the four services: a program for tests to kill. `python -m tests.deploy.up FOLDER`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.local.errors import CannotRun
from deploy.local.progress import say
from deploy.local.signals import end_on_signal
from deploy.local.stack import running_stack


def standin(_name: str) -> Sequence[str]:
    """The same for each service."""
    return [sys.executable, str(Path(__file__).with_name("standin.py"))]


def main() -> None:
    """Prints the addresses and the process ids once all is ready."""
    end_on_signal()
    try:
        with running_stack(Path(sys.argv[1]), command=standin) as stack:
            pids = {name: process.pid for name, process in stack.processes.items()}
            print(json.dumps({**stack.addresses.printed(), "pids": pids}), flush=True)
            stack.supervisor.wait()
    except CannotRun as reason:
        say(str(reason))
        sys.exit(1)


if __name__ == "__main__":
    main()
