"""A school takes over the pupils whom it has already: past days, no name, one demand for each."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.enrolment.domain.enrolment import enrolment_id_of
from services.enrolment.domain.places import release_seat
from services.enrolment.domain.presence import Fact
from services.enrolment.domain.take_over import take_over
from shared.events.students import StudentEnrolled, StudentStarted
from shared.kernel.caller import SYSTEM
from shared.kernel.errors import Invalid, Refused
from tests.conftest import Start
from tests.enrolment.builders import START, YOUNG, a_programme, after, an_intake
from tests.enrolment.life import living, read
from tests.enrolment.test_corrections import mend

NOW = an_intake(school_year="2025-2026", year_of_study=2)
ENROLLED, STARTED = date(2024, 6, 10), date(2024, 9, 2)
LINE = {
    "school": "essai", "reference": "2024/017", "birth_month": "2008-03", "programme": "cap", "school_year": "2025-2026",
    "year_of_study": 1, "enrolled_on": "2024-06-10", "started_on": "2024-09-02",
}  # fmt: skip


def taken_over(**overrides: Any) -> list[Any]:
    default = {"young_id": YOUNG, "birth_month": "2008-03", "enrolled_on": ENROLLED, "started_on": STARTED}
    return take_over(None, intake=NOW, programme=a_programme(), **{**default, **overrides})


def test_a_pupil_is_taken_over_in_their_year_of_study_with_their_past_days() -> None:
    about: dict[str, Any] = {
        "enrolment_id": enrolment_id_of(NOW.intake_id, YOUNG), "young_id": YOUNG, "school": "besancon", "programme": "usinage",
    }  # fmt: skip
    year: dict[str, Any] = {"intake_id": NOW.intake_id, "school_year": "2025-2026", "year_of_study": 2, "last_year": True}
    assert taken_over() == [
        StudentEnrolled(**about, **year, birth_month="2008-03", starts_on=ENROLLED, on=ENROLLED),
        StudentStarted(**about, on=STARTED),
    ]


def test_the_past_start_of_who_was_taken_over_is_mended_to_an_earlier_day() -> None:
    pupil, earlier = after(None, taken_over()), date(2024, 8, 26)
    mended = after(pupil, mend(pupil, Fact.START, STARTED, earlier))
    assert mended.last().started_on == earlier
    with pytest.raises(Refused, match="contradiction"):
        mend(pupil, Fact.START, STARTED, date(2024, 6, 9))


@pytest.mark.parametrize("started_on", [date(2024, 6, 9), date(2026, 9, 1), date(2021, 9, 1)])
def test_who_entered_before_they_enrolled_or_in_no_such_year_is_refused(started_on: date) -> None:
    enrolled_on = min(ENROLLED, started_on) if started_on.year == 2021 else ENROLLED
    with pytest.raises(Invalid, match="inconsistent") as no:
        taken_over(started_on=started_on, enrolled_on=enrolled_on)
    assert list(no.value.fields) == ["started_on"]


def test_who_was_too_young_on_the_day_of_entry_is_refused() -> None:
    with pytest.raises(Refused, match="not_eligible"):
        taken_over(birth_month="2009-10")


async def test_the_same_line_is_one_pupil_whatever_became_of_them_and_another_under_it_is_refused(running: Start) -> None:
    async with living(running, seats=2) as life:
        made = read(await life.head.post("/pupils", json=LINE), 201)
        assert (made["started_on"], made["status"], made["years"][0]["year_of_study"]) == ("2024-09-02", "present", 1)
        await life.does(f"/pupils/{made['young_id']}/interrupt", code="moved")
        store, about = life.here.store, {"young_id": UUID(made["young_id"]), "on": START}
        await store.intakes.acting(SYSTEM).decide(life.intake, release_seat, **about)
        again = read(await life.head.post("/pupils", json=LINE))
        assert read(await life.head.get(f"/intakes/{life.intake}"))["seats_left"] == 2
        assert (again["young_id"], again["status"]) == (made["young_id"], "interrupted")
        other = await life.head.post("/pupils", json={**LINE, "birth_month": "2008-04"})
        assert read(other, 422)["code"] == "key_reused"
        rows = str([await repository.collection.find({}) for repository in (store.pupils, store.intakes)])
        assert "2024/017" not in rows


async def test_never_more_pupils_than_seats_are_taken_over_nor_into_what_is_not_open(running: Start) -> None:
    async with living(running, seats=1) as life:
        first = read(await life.here.as_("admin").post("/pupils", json=LINE), 201)
        full = read(await life.head.post("/pupils", json={**LINE, "reference": "2024/018"}), 409)
        assert full["code"] == "no_place"
        unopened = read(await life.head.post("/pupils", json={**LINE, "reference": "b", "year_of_study": 2}), 409)
        assert unopened["code"] == "no_such_intake"
        untaught = read(await life.head.post("/pupils", json={**LINE, "programme": "bac"}), 422)
        assert untaught["code"] == "unknown_programme"
        assert read(await life.head.post("/pupils", json={**LINE, "school": "voisine"}), 404)
        assert read(await life.agency.post("/pupils", json=LINE), 403)
        assert read(await life.head.post("/pupils", json={**LINE, "started_on": "2099-01-01"}), 422)["code"] == "in_the_future"
        assert [UUID(one["young_id"]) for one in read(await life.head.get("/pupils"))["items"]] == [UUID(first["young_id"])]
