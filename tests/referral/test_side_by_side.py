"""What a school reads of one person whom several referred: side by side, and where they differ."""

from typing import Any
from uuid import UUID

from shared.events import applications, students
from tests.conftest import Running
from tests.referral.builders import (
    CIO,
    COLLEGE,
    X,
    Y,
    an_identity,
    application,
    enrolment_publishes,
    refer,
    student,
)


async def test_a_school_reads_side_by_side_what_the_referrals_that_reached_it_said_and_where_they_differ(api: Running) -> None:
    first = await refer(api)
    other = [{"kind": "person", "name": "Odile Quintard", "kinship": "mother", "phone": "06 99 99 99 99"}]
    told = an_identity(phone="07 00 00 00 00", email=None, representatives=other)
    second = await refer(api, COLLEGE, counsellor={"name": "M. Autre", "phone": "+33384000002"}, identity=told)
    young_id = UUID(first["young_id"])

    def opened(intake_id: UUID, school: str, shown: dict[str, Any], agency: str) -> applications.ApplicationOpened:
        referral_id = UUID(shown["referral_id"])
        fields: dict[str, Any] = {"school": school, "young_id": young_id, "referral_id": referral_id, "agency": agency}
        return application(applications.ApplicationOpened, intake_id, **fields)

    await enrolment_publishes(
        api, opened(X, "dole", first, CIO), opened(X, "dole", second, COLLEGE), opened(Y, "besancon", second, COLLEGE)
    )

    async def read_at(school: str) -> tuple[list[tuple[str, str | None, bool]], list[str]]:
        seen = (await api.as_(f"school:{school}:office").get(f"/identities/{young_id}")).json()
        return [(one["agency"]["id"], one["identity"]["phone"], one["asks"]) for one in seen["sent"]], seen["differences"]

    assert await read_at("besancon") == ([(COLLEGE, "+33700000000", True)], [])
    both = [(CIO, "+33612345678", True), (COLLEGE, "+33700000000", True)]
    assert await read_at("dole") == (both, ["phone", "representatives"])
    left = {"young_id": young_id, "referral_id": UUID(second["referral_id"]), "agency": COLLEGE}
    await enrolment_publishes(api, application(applications.ApplicationLeft, X, **left))
    assert await read_at("dole") == ([both[0], (COLLEGE, "+33700000000", False)], [])


async def test_a_workshop_reads_the_names_of_the_earliest_referral_and_whether_another_wrote_others(api: Running) -> None:
    first, second = await refer(api), await refer(api, COLLEGE, identity=an_identity(family_name="LEFEBVRE QUINTARD"))
    young_id = UUID(first["young_id"])
    for shown, agency in ((first, CIO), (second, COLLEGE)):
        asks: dict[str, Any] = {"young_id": young_id, "referral_id": UUID(shown["referral_id"]), "agency": agency}
        await enrolment_publishes(api, application(applications.ApplicationOpened, **asks))
    await enrolment_publishes(api, student(students.StudentEnrolled, young_id=young_id))
    seen = (await api.as_("school:dole:workshop").get(f"/identities/{young_id}")).json()
    assert (seen["family_name"], seen["names_differ"]) == ("Lefèbvre-Quintard", True)
