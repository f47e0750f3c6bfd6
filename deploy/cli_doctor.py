"""`etabli doctor`: within ten seconds, whether all is well, and where it is not, what to type."""

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

import typer
from rich.console import Console
from rich.text import Text

from deploy.cli_options import Folder, Json, admin_token
from deploy.doctor.asking import Answers
from deploy.doctor.examine import examine, verdict
from deploy.doctor.finding import Finding, Verdict
from deploy.doctor.stack import Examined
from deploy.local.errors import CannotRun
from deploy.stacks.reach import running_stack_addresses, stack_file, stack_keys
from shared.web.pages.french import several

MARKS = {Verdict.WELL: ("✓", "green"), Verdict.LOOK: ("!", "yellow"), Verdict.ACT: ("✗", "bold red")}


def doctor(data: Folder = None, as_json: Json = False) -> None:
    """Dit en dix secondes si tout va bien, et sinon quoi faire. Statut 1 s’il y a quelque chose à faire (✗).

    Interroge tous les serveurs, services et répliques à la fois. ✓ va bien, ! à regarder bientôt, ✗ à faire.
    """
    began, addresses, found = time.monotonic(), running_stack_addresses(data), stack_file(data)
    stack = Examined(addresses, stack_keys(data), found.path.parent if found.embedded else None)
    answers = examine(stack, _token(data))
    if as_json:
        _print_json(answers, seconds=time.monotonic() - began)
    else:
        _show(answers.findings)
        print(f"{conclusion(answers.findings)} ({time.monotonic() - began:.0f} s)")
    _leave(int(verdict(answers) is Verdict.ACT), hung=answers.hung)


def conclusion(findings: Sequence[Finding]) -> str:
    """All of it in one sentence."""
    counts = {one: sum(found.verdict is one for found in findings) for one in Verdict}
    to_look = several(counts[Verdict.LOOK], "point à regarder", "points à regarder") if counts[Verdict.LOOK] else ""
    if counts[Verdict.ACT]:
        return ", ".join(filter(None, (several(counts[Verdict.ACT], "chose à faire", "choses à faire"), to_look))) + "."
    return f"Tout va bien ; {to_look}." if to_look else "Tout va bien."


def _token(data: Folder) -> str:
    """An administrator's; none where there is no key to sign it with, which is a finding of its own."""
    try:
        return admin_token(data)
    except (CannotRun, OSError, ValueError):
        return "none"


def _show(findings: Sequence[Finding]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    by_subject = sorted(findings, key=lambda one: [f.subject for f in findings].index(one.subject))
    for subject, of_subject in groupby(by_subject, key=lambda one: one.subject):
        for rank, one in enumerate(of_subject):
            mark, style = MARKS[one.verdict]
            console.print(Text(f"{'' if rank else subject:<14} "), Text(mark, style), Text(one.what))
            if one.todo:
                console.print(Text(f"{'':<14}   → {one.todo}", "dim"))


def _print_json(answers: Answers, *, seconds: float) -> None:
    findings = [asdict(one) for one in answers.findings]
    print(json.dumps({"verdict": verdict(answers), "seconds": round(seconds, 1), "findings": findings}, ensure_ascii=False))


def _leave(status: int, *, hung: bool) -> None:
    """Where something still waits for an answer, without waiting for it."""
    if hung:
        sys.stdout.flush()
        os._exit(status)
    raise typer.Exit(status)
