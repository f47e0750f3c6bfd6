"""What there is before anybody comes: agencies, schools, programmes, clients, intakes, public money."""

from uuid import UUID

from deploy.simulation.dates import FIRST, school_year
from deploy.simulation.observations import Payment
from deploy.simulation.region import Agency, Client, School, Workshop
from deploy.simulation.state import Stage, head, together


async def open_the_region(stage: Stage) -> str:
    """The administrator registers agencies, schools and programmes; each school its clients."""
    await together(_register_agency(stage, agency) for agency in stage.region.agencies)
    await together(_register_school(stage, school) for school in stage.region.schools)
    for school in stage.region.schools:
        clients = enumerate(stage.region.clients)
        found = await together(_add_client(stage, school, client, rank) for rank, client in clients)
        stage.clients[school.id] = found
    region = stage.region
    return f"{region.name} : {len(region.schools)} écoles, {len(region.workshops)} formations, {len(region.agencies)} partenaires"


async def open_intakes(stage: Stage, entry: int) -> str:
    """Each school opens its intakes: the first year, and the years that earlier entrants go on to."""
    wanted = [
        (workshop, year_of_study)
        for workshop in stage.region.workshops
        for year_of_study in range(1, stage.region.programme(workshop.programme).years + 1)
        if entry - (year_of_study - 1) >= FIRST
    ]
    await together(_open_intake(stage, workshop, entry, year_of_study) for workshop, year_of_study in wanted)
    seats = sum(intake.seats for intake in stage.entries(entry))
    return f"rentrée {entry} : {seats} places ouvertes en première année"


async def award_grants(stage: Stage, civil_year: int) -> str | None:
    """The Région promises the money of a civil year."""
    awarded = [(rank, grant) for rank, grant in enumerate(stage.region.grants) if grant.civil_year == civil_year]
    for rank, grant in awarded:
        body = {
            "holder": grant.holder, "purpose": grant.purpose, "civil_year": civil_year, "funder": stage.region.funder,
            "amount_cents": grant.amount_euros * 100,
        }  # fmt: skip
        view = await stage.speaker.create("region", "enrolment", "/grants", body, key=f"grant-{rank}")
        stage.grants[rank] = UUID(view["grant_id"])
    if not awarded:
        return None
    euros = f"{sum(grant.amount_euros for _, grant in awarded):,}".replace(",", " ")
    return f"subventions {civil_year} : {euros} euros accordés"


async def pay_grants(stage: Stage) -> None:
    """The instalments of this month."""
    for instalment in stage.region.instalments:
        if instalment.month == stage.today.month:
            await together(_pay(stage, rank, instalment.percent) for rank in stage.grants)


async def _pay(stage: Stage, rank: int, percent: int) -> None:
    grant, id = stage.region.grants[rank], stage.grants[rank]
    if grant.civil_year != stage.today.year:
        return
    cents = grant.amount_euros * percent
    key = f"payment-{rank}-{stage.today.month}"
    await stage.speaker.create("region", "enrolment", f"/grants/{id}/payments", {"amount_cents": cents}, key=key)
    stage.record.payments[id, stage.today] = Payment(grant.holder, grant.purpose, cents, stage.today)


async def _register_agency(stage: Stage, agency: Agency) -> None:
    body = {"kind": agency.kind, "name": agency.name, "department": agency.department}
    await stage.speaker.put("admin", "referral", f"/agencies/{agency.id}", body)


async def _register_school(stage: Stage, school: School) -> None:
    facts = school.model_dump(include={"name", "commune", "town", "department", "uai", "siret"})
    await stage.speaker.put("admin", "enrolment", f"/schools/{school.id}", facts)
    for workshop in stage.region.workshops:
        if workshop.school == school.id:
            programme = stage.region.programme(workshop.programme)
            body = programme.model_dump(include={"title", "certification", "rncp", "years"})
            body |= workshop.model_dump(include={"sector", "dangerous_machines"})
            await stage.speaker.put(head(school.id), "enrolment", f"/schools/{school.id}/programmes/{programme.id}", body)


async def _add_client(stage: Stage, school: School, client: Client, rank: int) -> UUID:
    body = {"name": client.name, "kind": client.kind}
    view = await stage.speaker.create(head(school.id), "production", "/clients", body, key=f"client-{rank}")
    return UUID(view["client_id"])


async def _open_intake(stage: Stage, workshop: Workshop, entry: int, year_of_study: int) -> None:
    body = {
        "school": workshop.school, "programme": workshop.programme, "school_year": school_year(entry),
        "year_of_study": year_of_study, "seats": stage.seats(workshop.school, workshop.programme),
        "starts_on": f"{entry}-09-01", "closes_on": f"{entry}-10-15", "promotion": workshop.promotion,
    }  # fmt: skip
    stage.record.intake(await stage.speaker.decide(head(workshop.school), "enrolment", "/intakes", body))
