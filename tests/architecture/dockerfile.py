"""What a linter of Dockerfiles would say of ours, where there is none: hadolint's rules that concern it, and two of our own."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Instruction:
    """One instruction, its continued lines joined."""

    word: str
    rest: str


def instructions(text: str) -> list[Instruction]:
    """A Dockerfile's, in order; comments left out."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [Instruction(*line.split(maxsplit=1)) for line in joined.splitlines()]


def complaints(text: str) -> list[str]:
    """Each rule that a Dockerfile breaks, once."""
    found = instructions(text)
    named = [rule for one in found for rule, broken in OF_ONE.items() if broken(one)]
    return sorted({*named, *_of_all(text, found)})


def _unpinned(one: Instruction) -> bool:
    image = one.rest.split()[0]
    return one.word == "FROM" and (":" not in image or image.endswith(":latest"))


def _runs(pattern: str) -> Callable[[Instruction], bool]:
    return lambda one: one.word == "RUN" and re.search(pattern, one.rest) is not None


def _installs(one: Instruction, wanted: str) -> bool:
    return one.word == "RUN" and re.search(r"\bpip\b.* install ", one.rest) is not None and wanted not in one.rest


OF_ONE: dict[str, Callable[[Instruction], bool]] = {
    "DL3000 WORKDIR is absolute": lambda one: one.word == "WORKDIR" and not one.rest.startswith("/"),
    "DL3003 WORKDIR, not cd": _runs(r"(^|&& *)cd "),
    "DL3004 no sudo": _runs(r"\bsudo\b"),
    "DL3006 an image has a tag": _unpinned,
    "DL3008 packages have versions": _runs(r"apt(-get)? install(?!.*=)"),
    "DL3011 a port that anybody may open": lambda one: (
        one.word == "EXPOSE" and any(int(port) < 1024 for port in one.rest.split())
    ),
    "DL3015 no recommended packages": _runs(r"apt(-get)? install(?!.*--no-install-recommends)"),
    "DL3020 COPY, not ADD": lambda one: one.word == "ADD",
    "DL3025 CMD and ENTRYPOINT are lists": lambda one: one.word in ("CMD", "ENTRYPOINT") and not one.rest.startswith("["),
    "DL3042 pip keeps no cache": lambda one: _installs(one, "--no-cache-dir"),
    "DL4000 no MAINTAINER": lambda one: one.word == "MAINTAINER",
    "DL4006 no pipe whose start may fail unseen": _runs(r"[^|]\|[^|]"),
    "pip checks hashes": lambda one: _installs(one, "--require-hashes"),
    "no secret in the image": lambda one: (
        one.word in ("ENV", "ARG") and re.search(r"(?i)(password|secret|token|_key)\w*[ =]", one.rest) is not None
    ),
    "no front end to fetch": lambda one: "<<" in one.rest,
}


def _of_all(text: str, found: list[Instruction]) -> Iterator[str]:
    users = [one.rest for one in found if one.word == "USER"]
    if not users or not re.fullmatch(r"[1-9][0-9]*:[1-9][0-9]*", users[-1]):
        yield "DL3002 the last user is a number, not root"
    if sum(one.word == "CMD" for one in found) > 1:
        yield "DL4003 one CMD"
    if re.search(r"(?m)^# *syntax *=", text):
        yield "no front end to fetch"
    if not any(one.word == "LABEL" and "org.opencontainers.image.revision" in one.rest for one in found):
        yield "the image says what it is"
