"""The runbook cannot rot: each command that it has one type exists, with its options, its targets and its containers."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.core import TyperGroup
from typer.main import get_command

from deploy.cli import app

ROOT = Path(__file__).parents[2]
RUNBOOK = (ROOT / "docs" / "operations.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
PROJECT = "docker compose -f deploy/compose.yaml"
EXAMPLES = {
    "SERVICE": "referral",
    "COORDONNÉES": "etabli.referral/0/1",
    "YOUNG_ID": "00000000-0000-4000-8000-000000000000",
}
"""What stands for the words in capitals that a command checks as it reads them."""
VERBS = ["kill", "start", "stop", "restart", "ps", "logs", "exec", "run", "up", "rm"]


def typed() -> Iterator[str]:
    """Each command of its blocks, and each that is quoted in a sentence whole."""
    for block in re.findall(r"^```sh\n(.*?)^```", RUNBOOK, re.M | re.S):
        yield from (line.split(" # ")[0].strip() for line in block.splitlines() if line.strip())
    for quoted in re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", RUNBOOK, flags=re.M | re.S)):
        yield quoted.replace("… ", f"{PROJECT} ", 1) if quoted.startswith("… ") else quoted


def commands(of: str) -> list[str]:
    return sorted({line for line in typed() if line.startswith(f"{of} ")})


@pytest.mark.parametrize("line", commands("etabli"))
def test_each_etabli_command_is_one_with_these_options(line: str) -> None:
    words = [EXAMPLES.get(word, word) for word in shlex.split(line)[1:]]
    command: Any = get_command(app)
    context: Any = None
    while words and isinstance(command, TyperGroup):
        context = command.make_context("etabli", words[:], parent=context)
        _, found, words = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None, line
        command = found
    if words or f"`{line}`" not in RUNBOOK:  # a sentence may name a command alone
        command.make_context(command.name, words, parent=context)


@pytest.mark.parametrize("line", commands("make"))
def test_each_make_target_and_variable_is_in_the_makefile(line: str) -> None:
    for word in shlex.split(line)[1:]:
        name, is_variable, _ = word.partition("=")
        assert re.search(rf"\$\({name}\b" if is_variable else rf"^{name}:", MAKEFILE, re.M), word


@pytest.mark.parametrize("line", commands(PROJECT))
def test_each_compose_command_names_containers_that_are_there(line: str) -> None:
    words, there = shlex.split(line.split("|")[0]), set[str]()
    while words[2] == "-f":
        there |= set(yaml.safe_load((ROOT / words[3]).read_text())["services"])
        del words[2:4]
    verb, *rest = words[2:]
    assert verb in VERBS, line
    bare = [EXAMPLES.get(word, word) for word in rest if not word.startswith("-") and not word.isdigit()]
    named = bare[:1] if verb in ("exec", "run") else bare
    assert set(named) - there == set(), line


def test_nothing_is_linked_to_that_is_not_there() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", RUNBOOK):
        file, _, anchor = target.partition("#")
        text = (ROOT / "docs" / file).read_text() if file else RUNBOOK
        assert not anchor or anchor in {_anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.M)}, target


def _anchor(heading: str) -> str:
    """As it is made of a heading where Markdown is shown."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
