"""Departments and communes of France, from the official list (INSEE's Code officiel géographique), for what people type.

What was published or kept takes the form alone (`identifiers.CommuneCode`, `DepartmentCode`): the list changes every year.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from shared.kernel.identifiers import bare, shown_as

LIST = Path(__file__).with_name("territories.txt")
"""Its source, version, licence and date are in its first lines; `deploy/territories.py` writes it."""


@cache
def communes() -> Mapping[str, frozenset[str]]:
    """The codes of each department's communes: those of today, delegated or associated, of Paris, Lyon and Marseille's
    arrondissements, and those that a union took: old files bear them. Read when first asked for."""
    lines = [line for line in LIST.read_text().splitlines() if not line.startswith("#")]
    return {line.split(" ", 1)[0]: frozenset(_codes(line)) for line in lines}


def _codes(line: str) -> Iterator[str]:
    named, _, ends = line.rpartition(":")
    department = named.split(" ", 1)[0]
    for part in ends.split():
        first, _, last = part.partition("-")
        for end in range(int(first), int(last or first) + 1):
            yield f"{department}{end:0{5 - len(department)}d}"


def department_of(commune: str) -> str:
    """The department that a commune's code begins with: three characters overseas, two elsewhere."""
    return commune[:3] if commune.startswith(("97", "98")) else commune[:2]


def _department(value: str) -> str:
    code = value.zfill(2) if re.fullmatch(r"[1-9]", value) else value
    if code in communes():
        return code
    raise _unknown(_why_no_department(code))


def _why_no_department(code: str) -> str:
    if re.fullmatch(r"0?20|20[0-9AB]", code):
        return "La Corse a deux départements : écrivez 2A ou 2B."
    if re.fullmatch(r"[0-9]{4,5}|2[AB][0-9]{3}", code):
        return "Un code postal ou de commune n’est pas un département : écrivez 39, 2A ou 974."
    return "Ce département n’est pas dans la liste officielle : écrivez 39, 2A ou 974."


def _commune(value: str) -> str:
    if value in communes().get(department_of(value), frozenset()):
        return value
    raise _unknown(_why_no_commune(value))


def _why_no_commune(code: str) -> str:
    if re.fullmatch(r"20[0-9]{3}", code):
        return "Un code commune de Corse commence par 2A ou 2B, et un code postal n’en est pas un."
    if re.fullmatch(r"[0-9]{5}", code):
        return "Aucune commune n’a ce code. Un code postal n’est pas un code commune : celui de Dole est 39198, non 39100."
    return "Un code commune INSEE a cinq caractères, comme 39198 ou 2A004."


def _unknown(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("identifier", "{sentence}", {"sentence": sentence})


Commune = Annotated[str, BeforeValidator(bare), AfterValidator(_commune), shown_as("39198", format="insee-commune")]
Department = Annotated[str, BeforeValidator(bare), AfterValidator(_department), shown_as("39", format="insee-department")]
