"""Asking everybody at once, each apart and within a time limit: who hangs holds nobody up."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from deploy.doctor.finding import Finding, act

WITHIN = 7.0
"""Seconds for all of them together: with what starting and showing take, a person waits for less than ten."""
Check = Callable[[], Awaitable[Sequence[Finding]]]


@dataclass(frozen=True)
class Question:
    """What is asked of one subject, and what to type where it gives no answer."""

    subject: str
    check: Check
    unanswered: str


@dataclass(frozen=True)
class Answers:
    """In the order of the questions. `hung`: some had no answer, and what asked them may still wait."""

    findings: Sequence[Finding]
    hung: bool


async def ask_all(questions: Sequence[Question], *, within: float = WITHIN) -> Answers:
    """Their findings. A check that fails by itself is a finding too: nothing is raised."""
    tasks = [asyncio.ensure_future(question.check()) for question in questions]
    done, hung = await asyncio.wait(tasks, timeout=within)
    for task in hung:
        task.cancel()  # and not awaited: some libraries take their time
    found = [_found(question, task if task in done else None, within) for question, task in zip(questions, tasks, strict=True)]
    return Answers([one for of_question in found for one in of_question], bool(hung))


def _found(question: Question, task: "asyncio.Future[Sequence[Finding]] | None", within: float) -> Sequence[Finding]:
    if task is None:
        return [act(question.subject, f"pas de réponse en {within:.0f} secondes", question.unanswered)]
    if error := task.exception():
        return [act(question.subject, f"n’a pu être examiné ({type(error).__name__})", question.unanswered)]
    return task.result()
