"""An agency that refers whom another had referred, on real servers: it learns nothing, does nothing, changes no word of theirs.

What it is answered on every route that it may call is what it is answered where it alone referred, ids apart.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest

from services.enrolment import main as enrolment
from services.enrolment.handlers import HANDLERS as BY_ENROLMENT
from services.referral import main as referral
from services.referral.handlers import HANDLERS as BY_REFERRAL
from shared.events.message import Message
from shared.settings import Settings
from shared.web.app import Service
from tests.conftest import Running, Start
from tests.referral.builders import a_referral, an_identity

SCHOOL = {"name": "École d’essai", "commune": "25056", "town": "Besançon", "department": "25"}
PROGRAMME = {"title": "CAP", "certification": "cap", "sector": "essai", "years": 2, "dangerous_machines": False}
INTAKE = {
    "school": "essai", "programme": "cap", "seats": 4, "school_year": "2025-2026", "starts_on": "2025-09-15",
    "closes_on": "2025-10-31",
}  # fmt: skip
WORD = {"heard_by": "phone", "said_by": "representative"}
UNTIL = {"until": "2025-09-12"}
NAMES = {"early": "Perrot", "late": "Vuillemin", "pupil": "Jacquot"}
"""Whom the other agency referred before: not yet answered, offered a place, a pupil."""
A_CURSOR = re.compile(r'(?<="next":")[^"]+')
A_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def person(who: str, **overrides: Any) -> dict[str, Any]:
    return an_identity(family_name=NAMES[who], ine=None, email=f"{who}@exemple.test", **overrides)


@dataclass
class World:
    """Referral and enrolment, which hear each other when the test says so, and what the hostile agency was answered."""

    referral: Running
    enrolment: Running
    intake: str
    heard: set[str] = field(default_factory=set)
    answers: list[tuple[str, int, Any, list[str]]] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def head(self) -> httpx.AsyncClient:
        return self.enrolment.as_("school:essai:head")

    async def carry(self) -> None:
        """Each service hears what the other told since, in order."""
        for _ in range(3):
            for teller, hearer, handlers in (
                (self.referral, self.enrolment, BY_ENROLMENT), (self.enrolment, self.referral, BY_REFERRAL),
                (self.enrolment, self.enrolment, BY_ENROLMENT),
            ):  # fmt: skip
                for message in await told(teller):
                    event = message.event()
                    mark = f"{hearer.settings.port} {id(hearer)} {message.id}"
                    if type(event) in handlers and mark not in self.heard:
                        await handlers[type(event)](hearer.store, event, message)
                        self.heard.add(mark)

    async def refers(self, agency: str, who: str, **identity: Any) -> dict[str, Any]:
        body = a_referral(
            external_id=who, identity=person(who, **identity), wishes=[{"school": "essai", "programme": "cap"}]
        )  # fmt: skip
        answer = await self.referral.as_(f"agency:{agency}").post("/referrals", json=body)
        assert answer.status_code == 201, answer.text
        await self.carry()
        shown: dict[str, Any] = answer.json()
        return shown

    async def school(self, young_id: str, *moves: tuple[str, dict[str, Any]]) -> None:
        for verb, body in moves:
            answer = await self.head.post(f"/intakes/{self.intake}/applications/{young_id}/{verb}", json=body)
            assert answer.status_code == 200, (verb, answer.text)
        await self.carry()

    async def ask(self, here: Running, method: str, path: str, body: Any = None) -> None:
        """Ask as the hostile agency, and keep what is answered, each id by the order in which it came up."""
        answer = await here.as_("agency:mlds-jura").request(method, path, json=body)
        text = A_UUID.sub(lambda found: self.ids.setdefault(found[0], f"id {len(self.ids)}"), A_CURSOR.sub("…", answer.text))
        named = sorted(name for name in answer.headers if name not in ("content-length", "date"))
        self.answers.append((A_UUID.sub("…", f"{method} {path}"), answer.status_code, text, named))

    async def tries_everything(self, referral_id: str, young_id: str) -> None:
        """Every route that an agency may call of one young person, and on a day before it referred them."""
        for path in ("/referrals", "/referrals?limit=1", "/referrals?status=in_progress", f"/referrals/{referral_id}"):
            await self.ask(self.referral, "GET", path)
        await self.ask(self.referral, "POST", f"/referrals/{referral_id}/withdrawal", {"on": "2025-08-20"})
        own = {"code": "typing", "counsellor": {"name": f"Mme {len(self.answers)}"}}
        for body in (
            own,
            {**own, "on": "2025-08-20"},
            {"code": "typing", "wishes": [{"sector": "essai", "departments": ["25"]}]},
        ):
            await self.ask(self.referral, "POST", f"/referrals/{referral_id}/amendment", body)
        await self.ask(self.referral, "POST", f"/referrals/{referral_id}/completion", {})
        one = f"/intakes/{self.intake}/applications/{young_id}"
        for path in (
            "/applications",
            "/applications?limit=1",
            "/applications?status=under_review",
            one,
            f"/intakes/{self.intake}/applications",
        ):
            await self.ask(self.enrolment, "GET", path)
        for verb in ("confirm", "decline", "withdraw"):
            await self.ask(self.enrolment, "POST", f"{one}/{verb}", {"on": "2025-08-20"})
        for verb in ("confirm", "decline", "refuse", "reopen", "offer"):
            await self.ask(self.enrolment, "POST", f"{one}/{verb}", {})
        outcome = {"horizon": 6, "situation": "other", "source": "agency", "proof": "none"}
        await self.ask(self.enrolment, "POST", f"/pupils/{young_id}/outcomes", outcome)
        void = {"code": "typing", "horizon": 6, "source": "agency", "voided": True, "replaces_on": "2025-09-01"}
        await self.ask(self.enrolment, "POST", f"/pupils/{young_id}/corrections/outcome", void)
        await self.ask(self.enrolment, "GET", f"/pupils/{young_id}")
        await self.ask(self.referral, "GET", f"/identities/{young_id}")
        await self.carry()


async def told(here: Running) -> list[Message]:
    """Everything that a service told, in the order of each document."""
    database, found = here.store.database, []
    for name in here.runtime.persistence.outboxes:
        found += [entry for row in await database[name].find() for entry in row["outbox"]]
    found += await database["history"].find()
    entries = sorted({entry["id"]: entry for entry in found}.values(), key=lambda entry: (entry["at"], entry["sequence"]))
    fields = ("id", "source", "type", "sequence", "time", "key", "data")
    return [
        Message(**{name: one[name] for name in fields}) for one in sorted(entries, key=lambda one: (one["at"], one["sequence"]))
    ]


def deaf(service: Any) -> Any:
    def make(settings: Settings) -> Service[Any]:
        return replace(service.service(settings), handlers={})

    return make


@asynccontextmanager
async def a_world(running: Start) -> AsyncIterator[World]:
    async with running(deaf(referral)) as refers, running(deaf(enrolment)) as enrols:
        for agency, kind in (("cio-dole", "cio"), ("mlds-jura", "mlds")):
            fields = {"kind": kind, "name": agency.upper(), "department": "39"}
            assert (await refers.as_("admin").put(f"/agencies/{agency}", json=fields)).status_code == 200
        admin = enrols.as_("admin")
        assert (await admin.put("/schools/essai", json=SCHOOL)).status_code == 200
        assert (await admin.put("/schools/essai/programmes/cap", json=PROGRAMME)).status_code == 200
        opened = await admin.post("/intakes", json=INTAKE)
        assert opened.status_code == 201, opened.text
        world = World(refers, enrols, opened.json()["intake_id"])
        await world.carry()
        yield world


ADMITTED, OFFERED = ("admit", {"met": "interview"}), ("offer", UNTIL)
AT_SCHOOL = ("offer", {**UNTIL, "at_school": True})
OTHER_PHONE = {"phone": "07 00 00 00 00"}


async def of_the_honest(world: World, who: dict[str, dict[str, Any]]) -> list[Any]:
    """What the other agency reads of its own, and what the school reads of it."""
    own, head = world.referral.as_("agency:cio-dole"), world.referral.as_("school:essai:head")
    seen = [(await own.get(f"/referrals/{one['referral_id']}")).json() for one in who.values()]
    applied = (await world.enrolment.as_("agency:cio-dole").get("/applications")).json()
    reads = [(await head.get(f"/identities/{one['young_id']}")).json() for one in who.values()]
    return [seen, applied, [[sent for sent in one["sent"] if sent["agency"]["id"] == "cio-dole"] for one in reads]]


@pytest.mark.slow
async def test_who_joins_learns_nothing_does_nothing_and_is_a_difference_to_clear_up(running: Start) -> None:
    async with a_world(running) as world:
        attacked = await _beside_another(world)
    async with a_world(running) as world:
        control = await _alone(world)
    assert attacked == control


async def _beside_another(world: World) -> list[Any]:
    honest = {who: await world.refers("cio-dole", who) for who in NAMES}
    young = {who: one["young_id"] for who, one in honest.items()}
    await world.school(young["early"], ("plan-interview", {"planned_on": "2025-09-02"}))
    await world.school(young["late"], ADMITTED, OFFERED)
    await world.school(young["pupil"], ADMITTED, OFFERED, ("confirm", WORD))
    before, joined = await of_the_honest(world, honest), ("early", "late")
    hostile = {who: await world.refers("mlds-jura", who, **OTHER_PHONE) for who in joined}
    assert [hostile[who]["young_id"] for who in joined] == [young[who] for who in joined]
    for who in joined:
        await world.tries_everything(hostile[who]["referral_id"], young[who])
        read = (await world.referral.as_("school:essai:head").get(f"/identities/{young[who]}")).json()
        assert ([one["agency"]["id"] for one in read["sent"]], read["differences"]) == (["cio-dole", "mlds-jura"], ["phone"])
    assert await of_the_honest(world, honest) == before
    await world.school(young["early"], ADMITTED, OFFERED)
    await world.tries_everything(hostile["early"]["referral_id"], young["early"])
    own = world.enrolment.as_("agency:cio-dole")
    for who in joined:
        assert (await own.post(f"/intakes/{world.intake}/applications/{young[who]}/confirm", json={})).status_code == 200
    await world.carry()
    for who in joined:
        await world.tries_everything(hostile[who]["referral_id"], young[who])
    answers = world.answers.copy()
    await _sees_nothing_of_a_pupil(world, await world.refers("mlds-jura", "pupil", **OTHER_PHONE))
    return answers


async def _sees_nothing_of_a_pupil(world: World, referred: dict[str, Any]) -> None:
    """Whom a school had already, by whatever way they came: nothing opens, nothing is said of why."""
    client = world.referral.as_("agency:mlds-jura")
    shown = (await client.get(f"/referrals/{referred['referral_id']}")).json()
    assert (shown["applications"], shown["later"], shown["answer"]["code"]) == ([], [], "other")
    assert shown["wishes"][0]["sentence"] == "Aucune suite possible pour ce vœu."
    one = f"/intakes/{world.intake}/applications/{referred['young_id']}"
    asked = world.enrolment.as_("agency:mlds-jura")
    assert [(await asked.post(f"{one}/{verb}", json={})).status_code for verb in ("confirm", "decline", "withdraw")] == [404] * 3
    read = (await world.referral.as_("school:essai:head").get(f"/identities/{referred['young_id']}")).json()
    assert [one["agency"]["id"] for one in read["sent"]] == ["cio-dole"]


async def _alone(world: World) -> list[Any]:
    """The same, where nobody else refers: a school that had met somebody, or offered them a place, does so at once."""
    joined = ("early", "late")
    alone = {who: await world.refers("mlds-jura", who, **OTHER_PHONE) for who in joined}
    for who in joined:
        await world.tries_everything(alone[who]["referral_id"], alone[who]["young_id"])
    await world.school(alone["early"]["young_id"], ADMITTED, AT_SCHOOL)
    await world.tries_everything(alone["early"]["referral_id"], alone["early"]["young_id"])
    await world.school(alone["early"]["young_id"], ("confirm", WORD))
    await world.school(alone["late"]["young_id"], ADMITTED, AT_SCHOOL, ("confirm", WORD))
    for who in joined:
        await world.tries_everything(alone[who]["referral_id"], alone[who]["young_id"])
    return world.answers
