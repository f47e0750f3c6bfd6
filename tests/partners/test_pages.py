"""What the partners' pages say is so: their examples are the files, their refusals those of the code."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.referral.labels import UNFIT
from tests.contracts.test_roles import MATRIX

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = DOCS / "partners"
EXAMPLES = FOLDER / "examples"
PAGES = ("agency.md", "school.md")
SHOWN = re.compile(r"^\[examples/(\S+)\]\(examples/\1\)\n\n```\w+\n(.*?)^```$", re.M | re.S)
RUN = re.compile(r"^(?:SECRET=\S+ PORT=\d+ )?(sh|python|node|java) (\S+)(.*)$", re.M)
ROW = re.compile(r"^\| `(\w+)` \| ([\d, ]+) \| (les deux|organisme|école) \| \S.+ \|$", re.M)
ROW_OF_A_MESSAGE = re.compile(r"^\| `(\w+)` \| \S[^|]+ \|$", re.M)
WHO = {frozenset(("agency", "school")): "les deux", frozenset(("agency",)): "organisme", frozenset(("school",)): "école"}
UNSHOWN = {"package-lock.json"}


@pytest.mark.parametrize("page", PAGES)
def test_an_example_is_shown_as_its_file_is(page: str) -> None:
    shown = SHOWN.findall((FOLDER / page).read_text())
    assert shown
    for name, text in shown:
        assert text == (EXAMPLES / name).read_text(), name


def test_every_example_is_shown_and_every_link_leads_to_one() -> None:
    texts = [(FOLDER / page).read_text() for page in PAGES]
    shown = {name for text in texts for name, _ in SHOWN.findall(text)}
    linked = {name for text in texts for name in re.findall(r"\(examples/(\S+)\)", text)}
    files = {file.name for file in EXAMPLES.iterdir()} - left_by_examples()
    assert shown == linked == files - UNSHOWN


def left_by_examples() -> set[str]:
    """The names of what running them leaves beside them, which git passes over."""
    return {Path(line).name for line in (DOCS.parent / ".gitignore").read_text().split() if "partners/examples" in line}


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_runs_a_file_that_it_shows(page: str) -> None:
    text = (FOLDER / page).read_text()
    assert {name for _, name, _ in RUN.findall(text)} <= {name for name, _ in SHOWN.findall(text)}


def test_each_code_that_a_partner_may_be_refused_with_is_told_with_its_status_and_whom() -> None:
    told = {code: (statuses, who) for code, statuses, who in ROW.findall((FOLDER / "refusals.md").read_text())}
    statuses, kinds = defaultdict[str, set[int]](set), defaultdict[str, set[str]](set)
    for kind, status, code in refusals():
        statuses[code].add(status)
        kinds[code].add(kind)
    assert told == {code: (", ".join(map(str, sorted(statuses[code]))), WHO[frozenset(kinds[code])]) for code in statuses}


def test_each_code_of_a_message_that_is_no_referral_is_told() -> None:
    _, _, of_messages = (FOLDER / "refusals.md").read_text().partition("## Sur le sujet Kafka")
    assert ROW_OF_A_MESSAGE.findall(of_messages) == list(UNFIT)


def refusals() -> Iterator[tuple[str, int, str]]:
    """Each kind of partner, with each status and code that OpenAPI tells of an operation which it may ask."""
    for service in ("referral", "enrolment"):
        who = {name: roles for names, roles in MATRIX[service].items() for name in names.split()}
        paths = json.loads((DOCS / "contracts" / f"openapi-{service}.json").read_text())["paths"]
        for operation in (one for path in paths.values() for one in path.values()):
            roles = who.get(operation["operationId"], set())
            for kind in {role.partition(":")[0] for role in roles} & {"agency", "school"}:
                for status, answer in operation["responses"].items():
                    for code in _codes(answer) if int(status) >= 400 else ():
                        yield kind, int(status), code


def _codes(answer: Any) -> list[str]:
    codes: list[str] = answer["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"]["code"]["enum"]
    return codes
