"""Files of referrals, as secretaries write them, and a service that takes them in."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx

from services.referral.imports.running import take_in_files, take_in_next
from services.referral.main import service
from shared.settings import Settings
from shared.web.app import Service
from tests.conftest import Running
from tests.referral.builders import CIO

HEADINGS = (
    "Réf.", "NOM", "Prénom", "Né(e) le", "Tél", "Informé le", "Conseillère", "Tél. conseillère", "Situation", "École",
    "Formation",
)  # fmt: skip


def a_line(reference: str = "2025-001", **overrides: str) -> list[str]:
    """One young person, as a cell each: by heading, what is otherwise."""
    cells = {
        "Réf.": reference, "NOM": "Lefèbvre", "Prénom": "Zélie", "Né(e) le": "14/03/2010", "Tél": "06 12 34 56 78",
        "Informé le": "28/08/2025", "Conseillère": "Mme Perrigaud", "Tél. conseillère": "03 84 00 00 01",
        "Situation": "sorti de l’école", "École": "École de Dole", "Formation": "CAP Serrurerie",
    }  # fmt: skip
    return list({**cells, **overrides}.values())


def a_csv(*lines: Sequence[str], headings: Sequence[str] = HEADINGS, delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    """A CSV of these lines."""
    rows = [
        delimiter.join(f'"{cell}"' if set(cell) & set(f'{delimiter}\n"') else cell for cell in row) for row in (headings, *lines)
    ]
    return "\r\n".join(rows).encode(encoding)


async def send(here: Running, raw: bytes, agency: str = CIO, **headers: str) -> httpx.Response:
    """Send a file, as it is."""
    return await here.as_(f"agency:{agency}").post("/referrals/imports", content=raw, headers=headers)


async def imported(here: Running, raw: bytes, agency: str = CIO) -> dict[str, Any]:
    """A file taken in to its end, as the service's own work does: its state then."""
    sent = await send(here, raw, agency)
    assert sent.status_code == 202, sent.text
    while await take_in_next(here.store):
        pass
    return await state_of(here, sent.json()["import_id"], agency)


async def state_of(here: Running, import_id: str, agency: str = CIO) -> dict[str, Any]:
    """How far a file is."""
    answer = await here.as_(f"agency:{agency}").get(f"/referrals/imports/{import_id}")
    assert answer.status_code == 200, answer.text
    state: dict[str, Any] = answer.json()
    return state


async def foreseen(here: Running, raw: bytes, agency: str = CIO) -> dict[str, Any]:
    """What would become of a file."""
    answer = await here.as_(f"agency:{agency}").post("/referrals/imports/dry-run", content=raw)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


COUNTS = ("rows", "done", "accepted", "same", "refused", "percent")


def counts(state: dict[str, Any]) -> tuple[int, ...]:
    """How far a file is, and how its rows ended."""
    return tuple(state[name] for name in COUNTS)


async def rejected(here: Running, state: dict[str, Any], agency: str = CIO) -> bytes:
    """The file of its refused rows."""
    answer = await here.as_(f"agency:{agency}").get(f"/referrals/imports/{state['import_id']}/rejected")
    assert answer.status_code == 200, answer.text
    return answer.content


async def outcomes(here: Running, state: dict[str, Any], agency: str = CIO) -> list[dict[str, Any]]:
    """How each of its rows ended."""
    answer = await here.as_(f"agency:{agency}").get(f"/referrals/imports/{state['import_id']}/rows")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def with_files(settings: Settings) -> Service[Any]:
    """The service with the work that takes files in, and no other."""
    return replace(service(settings), handlers={}, works=[take_in_files])
