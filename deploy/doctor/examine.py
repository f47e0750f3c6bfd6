"""The examination of a stack: who is asked what, and what all of it comes to."""

import asyncio
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from deploy.doctor.asking import WITHIN, Answers, Question, ask_all
from deploy.doctor.finding import Verdict
from deploy.doctor.here import KEYS, here
from deploy.doctor.kafka import KAFKA, kafka
from deploy.doctor.lag import LAG, lag
from deploy.doctor.mongodb import MONGODB, mongodb
from deploy.doctor.queues import queues
from deploy.doctor.services import service
from deploy.doctor.stack import Examined
from services import SERVICES

NAME, LOOKUPS = "doctor-looks-up", 32
"""Look-ups at once: those that hang hold up no other."""


def examine(stack: Examined, token: str) -> Answers:
    """Everybody's findings, within ten seconds whatever hangs: what is asked runs apart, and is left there."""
    answers: queue.Queue[Answers] = queue.Queue()
    asking = threading.Thread(target=lambda: answers.put(_run(questions(stack, token))), name="doctor", daemon=True)
    asking.start()
    return answers.get(timeout=2 * WITHIN)


def questions(stack: Examined, token: str) -> Sequence[Question]:
    """Of the servers, of each service, of what waits between them, and of the files here."""
    return [
        Question(KAFKA, partial(kafka, stack), stack.journal(KAFKA)),
        Question(MONGODB, partial(mongodb, stack), stack.journal(MONGODB)),
        *(Question(name, partial(service, stack, name, token), stack.journal(name)) for name in SERVICES),
        *(Question(name, partial(queues, stack, name), stack.journal(MONGODB)) for name in SERVICES),
        Question(LAG, partial(lag, stack), stack.journal(KAFKA)),
        Question(KEYS, partial(here, stack), "regardez ces fichiers"),
    ]


def verdict(answers: Answers) -> Verdict:
    """The worst of what was found."""
    order = list(Verdict)
    return max((one.verdict for one in answers.findings), key=order.index, default=Verdict.WELL)


def _run(asked: Sequence[Question]) -> Answers:
    """As asyncio.run does, but for its end, which would wait for whatever hangs: a name that no DNS knows holds a thread."""
    loop, lookups = asyncio.new_event_loop(), ThreadPoolExecutor(LOOKUPS, thread_name_prefix=NAME)
    loop.set_default_executor(lookups)
    answers = loop.run_until_complete(ask_all(asked))
    lookups.shutdown(wait=False, cancel_futures=True)
    if answers.hung or _looking_up():
        return replace(answers, hung=True)
    loop.close()
    return answers


def _looking_up() -> bool:
    """Whether a look-up goes on, of which nobody waits for the answer any more."""
    threads = [thread for thread in threading.enumerate() if thread.name.startswith(NAME)]
    for thread in threads:
        thread.join(0.2)
    return any(thread.is_alive() for thread in threads)
