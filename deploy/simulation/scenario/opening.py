"""What there is before anybody comes: agencies, schools, programmes, intakes, public money."""

from typing import Any
from uuid import UUID

from deploy.local.errors import CannotRun
from deploy.simulation.dates import FIRST, school_year
from deploy.simulation.observations import Payment
from deploy.simulation.polling import until_heard
from deploy.simulation.region import Agency, Grant, School, Workshop
from deploy.simulation.state import Simulation, gather, head
from shared.web.pages.french import euros, several


async def open_the_region(simulation: Simulation) -> str:
    """The administrator registers agencies, schools and programmes."""
    await gather(_register_agency(simulation, agency) for agency in simulation.region.agencies)
    await gather(_register_school(simulation, school) for school in simulation.region.schools)
    await _until_wishes_may_name_them(simulation)
    region = simulation.region
    return f"{region.name} : {len(region.schools)} écoles, {len(region.workshops)} formations, {len(region.agencies)} partenaires"


async def open_intakes(simulation: Simulation, entry: int) -> str:
    """Each school opens its intakes: the first year, and the years that earlier entrants go on to."""
    wanted = [
        (workshop, year_of_study)
        for workshop in simulation.region.workshops
        for year_of_study in range(1, simulation.region.programme(workshop.programme).years + 1)
        if entry - (year_of_study - 1) >= FIRST
    ]
    await gather(_open_intake(simulation, workshop, entry, year_of_study) for workshop, year_of_study in wanted)
    seats = sum(intake.seats for intake in simulation.entries(entry))
    return f"rentrée {entry} : {seats} places ouvertes en première année"


async def award_grants(simulation: Simulation, civil_year: int) -> str | None:
    """The Région promises the money of a civil year."""
    awarded = [(rank, grant) for rank, grant in enumerate(simulation.region.grants) if grant.civil_year == civil_year]
    for rank, grant in awarded:
        view = await simulation.api.create("region", "enrolment", "/grants", promised(simulation, grant), key=f"grant-{rank}")
        simulation.grants[rank] = UUID(view["grant_id"])
        simulation.observations.holders[simulation.grants[rank]] = grant.holder
    if not awarded:
        return None
    return f"subventions {civil_year} : {euros(sum(grant.amount_euros for _, grant in awarded))} accordés"


def promised(simulation: Simulation, grant: Grant) -> dict[str, Any]:
    """What the Région says of a grant."""
    return {
        "holder": grant.holder, "purpose": grant.purpose, "civil_year": grant.civil_year, "funder": simulation.region.funder,
        "amount_cents": grant.amount_euros * 100,
    }  # fmt: skip


async def pay_grants(simulation: Simulation) -> None:
    """The instalments of this month."""
    for instalment in simulation.region.instalments:
        if instalment.month == simulation.today.month:
            await gather(_pay(simulation, rank, instalment.percent) for rank in simulation.grants)


async def check_titles(simulation: Simulation) -> str | None:
    """Each programme is shown under the title that it has today, as the certification that it leads to was replaced."""
    shown = await simulation.api.every("admin", "enrolment", "/schools")
    titles = {programme["programme"]: programme["title"] for school in shown for programme in school["programmes"]}
    due = {one.id: one.title_on(simulation.today) for one in simulation.region.programmes}
    if titles != due:
        raise CannotRun(f"Au {simulation.today:%d/%m/%Y}, les formations ne portent pas les intitulés de ce jour.")
    replaced = sum(one.title != due[one.id] for one in simulation.region.programmes)
    return f"{simulation.month} : {several(replaced, 'intitulé remplacé', 'intitulés remplacés')}"


async def _pay(simulation: Simulation, rank: int, percent: int) -> None:
    grant, id = simulation.region.grants[rank], simulation.grants[rank]
    if grant.civil_year != simulation.today.year:
        return
    cents = grant.amount_euros * percent
    key = f"payment-{rank}-{simulation.today.month}"
    view = await simulation.api.create("region", "enrolment", f"/grants/{id}/payments", {"amount_cents": cents}, key=key)
    paid = Payment(grant.holder, grant.purpose, cents, simulation.today, UUID(view["payments"][-1]["payment_id"]))
    simulation.observations.payments[id, simulation.today] = paid


async def _register_agency(simulation: Simulation, agency: Agency) -> None:
    body = {"kind": agency.kind, "name": agency.name, "department": agency.department}
    await simulation.api.put("admin", "referral", f"/agencies/{agency.id}", body)


async def _register_school(simulation: Simulation, school: School) -> None:
    facts = school.model_dump(include={"name", "commune", "town", "department", "uai", "siret"})
    facts |= school.contact.model_dump(include={"address", "phone"})
    await simulation.api.put("admin", "enrolment", f"/schools/{school.id}", facts)
    for workshop in simulation.region.workshops:
        if workshop.school == school.id:
            programme = simulation.region.programme(workshop.programme)
            body = programme.model_dump(include={"title", "certification", "rncp", "years"})
            body |= workshop.model_dump(include={"sector", "dangerous_machines"})
            path = f"/schools/{school.id}/programmes/{programme.id}"
            await simulation.api.put(head(school.id), "enrolment", path, body)
            for one in programme.replaced:  # told beforehand: each is shown from its day on
                replacement = {"title": one.title, "rncp": one.rncp, "since": one.since.isoformat()}
                await simulation.api.put(head(school.id), "enrolment", f"{path}/certification", replacement)


async def _until_wishes_may_name_them(simulation: Simulation) -> None:
    """Wait until referral has heard of every school and programme, a moment after enrolment told of them."""
    wanted = {(workshop.school, workshop.programme) for workshop in simulation.region.workshops}

    async def heard() -> bool:
        return wanted <= await _taught(simulation)

    await until_heard(heard, "les écoles et leurs formations, par referral")


async def _taught(simulation: Simulation) -> set[tuple[str, str]]:
    schools = await simulation.api.every("admin", "referral", "/schools")
    return {(school["id"], programme["id"]) for school in schools for programme in school["programmes"]}


async def _open_intake(simulation: Simulation, workshop: Workshop, entry: int, year_of_study: int) -> None:
    body = {
        "school": workshop.school, "programme": workshop.programme, "school_year": school_year(entry),
        "year_of_study": year_of_study, "seats": simulation.seats(workshop.school, workshop.programme),
        "starts_on": f"{entry}-09-01", "closes_on": f"{entry}-10-15", "promotion": workshop.promotion,
    }  # fmt: skip
    simulation.observations.intake(await simulation.api.decide(head(workshop.school), "enrolment", "/intakes", body))
