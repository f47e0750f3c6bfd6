"""A file of referrals handed to referral, followed until it is taken in, and its refused rows written beside it."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from deploy.local.errors import CannotRun, reason
from deploy.local.progress import Advance

PATIENCE = 120.0
"""Seconds that a service may be away (it restarts) before we stop following; what it was given goes on without us."""
POLL_SECONDS = 0.3
AWAY = (
    "referral ne répond plus. Ce qu’il a reçu continue dès qu’il revient ; envoyez alors le même fichier de nouveau : rien "
    "n’est accepté deux fois."
)
Json = dict[str, Any]
Ask = Callable[..., httpx.Response]


@dataclass(frozen=True)
class Done:
    """How a file ended: its state, and where its refused rows were written, if any were."""

    state: Json
    rejected: Path | None = None

    @property
    def went_well(self) -> bool:
        """Whether each of its rows passed."""
        return bool(self.state["status"] == "done" and not self.state["refused"])


class Files:
    """Referral's routes for files, as somebody of one agency."""

    def __init__(self, ask: Ask, *, patience: float = PATIENCE, sleep: Callable[[float], None] = time.sleep) -> None:
        self._ask = ask
        self._patience = patience
        self._sleep = sleep

    def foresee(self, file: Path) -> Json:
        """What would become of a file; nothing is kept."""
        return self._json("POST", "/referrals/imports/dry-run", content=read(file))

    def take_in(self, file: Path, advance: Advance) -> Done:
        """Have a file taken in, to its end."""
        sent = self._json("POST", "/referrals/imports", content=read(file), headers={"Idempotency-Key": str(uuid4())})
        address = f"/referrals/imports/{sent['import_id']}"
        state = sent
        advance(0, state["rows"])
        while state["status"] == "running":
            self._sleep(POLL_SECONDS)
            state = self._json("GET", address)
            advance(state["done"], state["rows"])
        if not state["refused"]:
            return Done(state)
        return Done(state, _beside(file, state["format"], self._answer("GET", f"{address}/rejected").content))

    def refused(self, state: Json, most: int) -> list[Json]:
        """The first of its refused rows, with why."""
        address = f"/referrals/imports/{state['import_id']}/rows"
        items: list[Json] = self._json("GET", address, params={"outcome": "refused", "limit": most})["items"]
        return items

    def _json(self, method: str, address: str, **options: Any) -> Json:
        found: Json = self._answer(method, address, **options).json()
        return found

    def _answer(self, method: str, address: str, **options: Any) -> httpx.Response:
        """The answer, asked for again while the service is away. A file asked for twice under one key is taken in once."""
        until = time.monotonic() + self._patience
        while True:
            answer = self._tried(method, address, options)
            if answer is not None and answer.status_code not in (429, 502, 503):
                return _accepted(answer)
            if time.monotonic() > until:
                raise CannotRun(AWAY)
            self._sleep(1.0)

    def _tried(self, method: str, address: str, options: Mapping[str, Any]) -> httpx.Response | None:
        try:
            return self._ask(method, address, **options)
        except httpx.TransportError:
            return None


def read(file: Path) -> bytes:
    """A file's bytes. CannotRun where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise CannotRun(f"Le fichier {file} ne peut être lu : {reason(error)}.") from None


def agency_of(agencies: Callable[[], list[Json]], asked: str | None) -> str:
    """In whose name a file is sent: the agency that is asked for, or the only one there is."""
    if asked:
        return asked
    known = [str(one["agency"]) for one in agencies()]
    if len(known) == 1:
        return known[0]
    listed = f" : {', '.join(known[:20])}" if known else ", et aucun n’est enregistré"
    raise CannotRun(f"Dites de quel organisme est ce fichier, par --agency{listed}.")


def sentences(row: Json) -> Iterator[str]:
    """Why a row was refused: a line for each cell."""
    for one in row["reasons"]:
        where = f"Ligne {row['row']}, {one['column']}" if one.get("column") else f"Ligne {row['row']}"
        yield f"{where} : {one['detail']}"


def _accepted(answer: httpx.Response) -> httpx.Response:
    if not answer.is_error:
        return answer
    try:
        problem = answer.json()
        raise CannotRun(str(problem.get("detail") or answer.status_code))
    except (ValueError, AttributeError):
        raise CannotRun(f"referral répond {answer.status_code}.") from None


def _beside(file: Path, kind: str, made: bytes) -> Path:
    """Write refused rows beside their file, for its owner alone, over nothing that is there: it may have been mended."""
    for rank in count(1):
        path = file.with_name(f"{file.stem}.rejets{f'-{rank}' if rank > 1 else ''}.{kind}")
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        except OSError as error:
            raise CannotRun(f"Les lignes refusées ne peuvent être écrites dans {path} : {reason(error)}.") from None
        with os.fdopen(handle, "wb") as into:
            into.write(made)
        return path
    raise AssertionError
