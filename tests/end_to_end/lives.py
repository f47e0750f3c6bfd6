"""Young people whom two agencies refer to a school, by every way there is, and all that both services then keep."""

import asyncio
from collections.abc import Mapping
from typing import Any

from deploy.local.servers import Servers
from tests.conftest import Running
from tests.end_to_end.test_hostile_agency import INTAKE, PROGRAMME, SCHOOL, UNTIL, WORD
from tests.referral.builders import a_referral, an_identity
from tests.referral.inbound import asked, send

CIO, MLDS = "cio-redit", "mlds-redit"
OF_THE_MACHINE = {"leases", "settled", "migrations", "clock", "audit", "sessions", "used_links", "request_keys"}
OF_RECEIVERS = {"webhooks", "webhook_attempts"}
"""How far each receiver is, and when it was called."""


def plain(value: Any) -> Any:
    """What is kept, but for how often it was written."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items() if name not in ("version", "at")}
    return [plain(one) for one in value] if isinstance(value, list) else value


async def kept(*services: Running) -> dict[str, Any]:
    """All that these keep, by service, collection and id."""
    found: dict[str, Any] = {}
    for here in services:
        database = here.store.database
        for name in sorted(set(await database.names()) - OF_THE_MACHINE - OF_RECEIVERS):
            rows = await database[name].find()
            found |= {f"{here.runtime.persistence.producer} {name} {row['_id']}": plain(row) for row in rows}
    return found


async def settled(*services: Running) -> dict[str, Any]:
    """The same, once it has not moved for a while."""
    before: dict[str, Any] = {}
    async with asyncio.timeout(60):
        while (now := await kept(*services)) != before or any([await here.runtime.relay.pending(1) for here in services]):
            before = now
            await asyncio.sleep(2)
    return before


async def post(here: Running, scope: str, path: str, body: Any, *, method: str = "POST") -> Any:
    answer = await here.as_(scope).request(method, path, json=body)
    assert answer.status_code in (200, 201, 202), (path, answer.text)
    return answer.json()


async def opens(agencies: Running, schools: Running) -> str:
    for agency, kind in ((CIO, "cio"), (MLDS, "mlds")):
        await post(agencies, "admin", f"/agencies/{agency}", {"kind": kind, "name": agency, "department": "25"}, method="PUT")
    await post(schools, "admin", "/schools/redit", SCHOOL, method="PUT")
    await post(schools, "admin", "/schools/redit/programmes/cap", PROGRAMME, method="PUT")
    intake = await post(schools, "school:redit:head", "/intakes", {**INTAKE, "school": "redit", "starts_on": "2025-09-01"})

    async def known() -> bool:
        listed = (await agencies.as_("admin").get("/schools")).json()["items"]
        return any(one["id"] == "redit" and one["programmes"] for one in listed)

    await agencies.until(known)
    return str(intake["intake_id"])


async def refers(agencies: Running, agency: str, who: str) -> dict[str, Any]:
    identity = an_identity(family_name=who, ine=None, phone=None, email=f"{who}@exemple.test")
    wishes = [{"school": "redit", "programme": "cap"}]
    shown: dict[str, Any] = await post(
        agencies, f"agency:{agency}:counsellor", "/referrals", a_referral(identity=identity, wishes=wishes)
    )
    return shown


async def lives(agencies: Running, schools: Running) -> None:
    """Four young people: a pupil who left, one refused and erased, one referred twice, one who waits."""
    intake = await opens(agencies, schools)
    pupil, erased, twice, waiting = [await refers(agencies, CIO, who) for who in ("Perrot", "Vuillemin", "Jacquot", "Bobillier")]
    await refers(agencies, MLDS, "Jacquot")
    every = [shown["young_id"] for shown in (pupil, erased, twice, waiting)]

    async def applied() -> bool:
        listed = (await schools.as_("school:redit:head").get("/applications")).json()["items"]
        return {one["young_id"] for one in listed} >= set(every)

    await schools.until(applied)

    async def school(young_id: str, *moves: tuple[str, Mapping[str, Any]]) -> None:
        for verb, body in moves:
            await post(schools, "school:redit:head", f"/intakes/{intake}/applications/{young_id}/{verb}", body)

    met = ("admit", {"met": "interview"})
    await school(every[0], met, ("offer", UNTIL), ("confirm", WORD))
    await post(schools, "school:redit:head", f"/pupils/{every[0]}/start", {})
    await post(schools, "school:redit:head", f"/pupils/{every[0]}/interrupt", {"code": "moved"})
    await school(every[1], ("refuse", {"code": "not_mobile"}))
    await school(every[2], met, ("offer", UNTIL))
    await school(every[3], met, ("waitlist", {}))
    await settled(agencies, schools)
    await post(agencies, "admin", f"/persons/{every[1]}/erasure", {"code": "person_asked"})


async def speaks(servers: Servers, agencies: Running) -> None:
    """What an agency says on its topic: one young person, the same again, and what is refused."""
    identity = an_identity(family_name="Girardot", ine=None, phone=None, email="girardot@exemple.test")
    told = asked(identity=identity, external_id="R-7", wishes=[{"school": "redit", "programme": "cap"}])
    for value in (told, told, b"{", asked(external_id="R-8", wishes=[{"school": "personne", "programme": "cap"}])):
        await send(servers, value, agency=CIO, key=None)

    async def heard() -> bool:
        rejected = (await agencies.as_(f"agency:{CIO}:manager").get("/rejections")).json()["items"]
        return len(rejected) == 2

    await agencies.until(heard)
