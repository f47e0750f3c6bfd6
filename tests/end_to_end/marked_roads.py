"""Marked identities by each road that is not one request for one: a batch, a file, messages, and what partners set up."""

import asyncio
from collections.abc import Callable
from typing import Any

import orjson

from deploy.local.servers import Servers
from tests.end_to_end.marked import marked, word
from tests.referral.builders import CIO, a_referral, an_identity
from tests.referral.files import a_csv, a_line
from tests.referral.inbound import STRUCTURED, headers, send, structured

ROADS = 6
"""People who come by them."""
OF = f"agency:{CIO}:manager"
HEAD = "school:dole:head"
NOBODY_THERE = "http://127.0.0.1:9"
Ask = Callable[..., Any]


def one(number: int, **overrides: Any) -> dict[str, Any]:
    """A marked referral."""
    found: dict[str, Any] = marked(a_referral(external_id="dossier", **overrides), number)
    return found


def wrong(number: int) -> list[Any]:
    """What cannot be taken in, for reasons that lie near what tells who somebody is."""
    mark = word("wrong", number)
    return [
        one(number, **{mark: mark}), one(number, identity={**an_identity(), mark: mark}), one(number, situation=mark),
        one(number, wishes=[{"school": mark.lower(), "programme": mark.lower()}]), {**one(number), "counsellor": mark},
        one(number, identity=an_identity(birth_date=mark, commune=mark)), [mark], mark,
    ]  # fmt: skip


def by_batch(ask: Ask, first: int) -> None:
    """Two, and what is refused beside them."""
    made = ask(OF, "POST", "referral", "/referrals/batch", items=[one(first), *wrong(first), one(first + 1)])
    assert (made["accepted"], made["refused"]) == (2, len(wrong(first)))


def by_file(ask: Ask, first: int) -> str:
    """Two, and a row that is refused: the import's id."""
    lines = [a_line(**cells(number)) for number in (first, first + 1)]
    lines.append(a_line(**{**cells(first + 2), "Situation": word("situation", first), "École": word("school", first)}))
    sent: str = ask(OF, "POST", "referral", "/referrals/imports", content=a_csv(*lines))["import_id"]
    return sent


def cells(number: int) -> dict[str, str]:
    """Of a row, those that are marked, and where to."""
    phone = f"06 47 38 29 {number:02}"
    return {
        "reference": word("reference", number), "NOM": word("row", number), "Prénom": word("first", number), "Tél": phone,
        "Conseillère": word("counsellor", number), "Tél. conseillère": phone, "École": "École d’essai", "Formation": "CAP",
    }  # fmt: skip


async def by_messages(servers: Servers, first: int) -> None:
    """One in each mode, and what is rejected: its key, its attributes and its body."""
    mark = word("message", first)
    attributes = headers(ce_id=mark, ce_source=mark, ce_subject=mark, **{f"ce_{mark.lower()}": mark})
    await send(servers, orjson.dumps(one(first)), key=word("externalid", first), given=attributes)
    whole = structured(one(first + 1), id=mark, subject=mark, source=mark)
    await send(servers, whole, key=word("externalid", first + 1), given=STRUCTURED)
    for said in wrong(first):
        await send(servers, orjson.dumps(said), key=mark, given=attributes)
        await send(servers, structured(said, id=mark), key=mark, given=STRUCTURED)
    await send(servers, f'{{"{mark}'.encode(), key=mark, given=attributes)
    await send(servers, None, key=mark, given=headers(ce_type=mark))


def set_up(ask: Ask) -> None:
    """Webhooks that fail, at addresses that say something, one with its secret rolled; notices to an address."""
    for who, service in ((OF, "referral"), (HEAD, "enrolment")):
        url = f"{NOBODY_THERE}/{word('path', 1)}?token={word('token', 1)}"
        made = ask(who, "POST", service, "/webhooks", url=url)
        ask(who, "POST", service, f"/webhooks/{made['webhook_id']}/secret")
        assert not ask(who, "POST", service, f"/webhooks/{made['webhook_id']}/test")["delivered"]
        ask(who, "PUT", service, "/notices", address=f"{word('notices', 1)}@exemple.test", frequency="at_once")


def walk(ask: Ask, until: Callable[[Callable[[], Any]], Any], servers: Servers, people: int) -> None:
    """The last of so many people come by all of these; what was refused is read by whoever may."""
    first = people - ROADS
    set_up(ask)
    by_batch(ask, first)
    file = f"/referrals/imports/{by_file(ask, first + 2)}"
    asyncio.run(by_messages(servers, first + 4))
    until(lambda: len(ask(OF, "GET", "referral", "/referrals?limit=200")["items"]) == people)
    assert until(lambda: (state := ask(OF, "GET", "referral", file))["status"] == "done" and state)["refused"] == 1
    rejected = 2 * len(wrong(first)) + 2
    until(lambda: len(ask(OF, "GET", "referral", "/rejections?limit=200")["items"]) == rejected)
    for kept in ask(OF, "GET", "referral", "/rejections?limit=200")["items"][:ROADS]:
        ask(OF, "GET", "referral", f"/rejections/{kept['rejection_id']}/message")
    for who, service in ((OF, "referral"), (HEAD, "enrolment")):
        until(lambda: ask(who, "GET", service, "/notices")["state"] == "refused")  # noqa: B023
