"""What the playground has: the agency, a school, three programmes with seats, and how each of them is answered."""

from collections.abc import Mapping
from datetime import date

from deploy.simulation.client import ServiceClient
from deploy.simulation.polling import until_heard

SCHOOL = "ecole-essai"
OFFERED, REFUSED, SILENT = "cap-menuiserie", "cap-cuisine", "cap-mecanique"
PROGRAMMES: Mapping[str, str] = {OFFERED: "CAP Menuiserie", REFUSED: "CAP Cuisine", SILENT: "CAP Mécanique"}
"""By the programme that is wished for: a place is offered, the answer is no, nobody answers."""
FACTS = {"name": "École d’essai (données simulées)", "commune": "25056", "town": "Besançon", "department": "25"}
TRAITS = {"certification": "cap", "sector": "essai", "years": 2, "dangerous_machines": False}
SEATS = 500


async def furnish(client: ServiceClient, agency: str) -> None:
    """Have all of it there. What is there already stays as it is."""
    known = {one["agency"] for one in await client.every("admin", "referral", "/agencies")}
    if agency not in known:
        body = {"kind": "mission_locale", "name": f"{agency} (données simulées)", "department": "25"}
        await client.put("admin", "referral", f"/agencies/{agency}", body)
    await client.put("admin", "enrolment", f"/schools/{SCHOOL}", FACTS)
    for programme, title in PROGRAMMES.items():
        await client.put("admin", "enrolment", f"/schools/{SCHOOL}/programmes/{programme}", {**TRAITS, "title": title})
        await client.decide("admin", "enrolment", "/intakes", _intake(programme, await today(client)))
    await until_heard(lambda: _may_be_wished_for(client), "l’école d’essai et ses formations, par referral")


async def today(client: ServiceClient) -> date:
    """The day on the stack's clock."""
    return date.fromisoformat((await client.get("admin", "enrolment", "/admin/clock"))["today"])


def _intake(programme: str, on: date) -> dict[str, object]:
    """The seats of the next September: by the day alone, so that asking again on another day of that year changes nothing."""
    year = on.year if on < date(on.year, 9, 1) else on.year + 1
    return {
        "school": SCHOOL, "programme": programme, "school_year": f"{year}-{year + 1}", "seats": SEATS,
        "starts_on": f"{year}-09-01", "closes_on": f"{year}-10-15",
    }  # fmt: skip


async def _may_be_wished_for(client: ServiceClient) -> bool:
    schools = await client.every("admin", "referral", "/schools")
    taught = {one["id"] for school in schools if school["id"] == SCHOOL for one in school["programmes"]}
    return taught >= PROGRAMMES.keys()
