"""The story: its people are the same whatever the seed, and its days come one before the other."""

from datetime import date
from uuid import uuid4

import pytest

from deploy.local.errors import CannotRun
from deploy.simulation.calendar import calendar
from deploy.simulation.cast import ENTRY, LATE_WAVE, RESTAURANT, Role, person, referrals, with_cast
from deploy.simulation.dates import WAVES
from deploy.simulation.people import campaigns
from deploy.simulation.region import load
from deploy.simulation.state import refused
from tests.simulation.builders import Scenario

REGION = load()
JOINED = (Role.GOES_ON, Role.TAKEN_OVER)
"""Those who come with their school, without a referral."""


def test_the_cast_comes_beside_those_who_are_drawn_whatever_the_seed() -> None:
    for seed in (1, 7):
        drawn = campaigns(REGION, pupils=40, seed=seed)
        both = with_cast(drawn)
        assert both[ENTRY] == [*drawn[ENTRY], *referrals()]
        assert {year: both[year] for year in both if year != ENTRY} == {year: drawn[year] for year in drawn if year != ENTRY}


def test_each_of_the_cast_is_referred_but_those_who_come_with_their_school() -> None:
    by_role = {role: [one for one in referrals() if one.person.number == role] for role in Role}
    assert {role for role, mine in by_role.items() if not mine} == set(JOINED)
    first, second = by_role[Role.TWO_AGENCIES]
    assert first.agency != second.agency
    assert first.wishes == second.wishes
    assert (first.profile.withdrawn, second.profile.withdrawn) == (True, False)


def test_the_late_one_comes_after_the_waves_of_spring() -> None:
    (late,) = (one for one in referrals() if one.person.number == Role.LATE)
    assert late.wave == LATE_WAVE >= WAVES
    assert late.on > date(ENTRY, 10, 15)


def test_nobody_answers_for_one_minor_and_somebody_may() -> None:
    identities = {role: person(role).identity(date(ENTRY, 3, 1)) for role in Role}
    assert {role for role, identity in identities.items() if "representatives" not in identity} == {Role.MINOR}
    assert person(Role.MINOR).representative["kinship"] == "mother"


def test_the_workshops_of_the_cast_are_the_region_s() -> None:
    known = {(one.school, one.programme) for one in REGION.workshops}
    assert {(one.wishes[0]["school"], one.wishes[0]["programme"]) for one in referrals()} <= known
    assert {len(one.profile.replies) for one in referrals()} == {len(REGION.workshops)}
    assert RESTAURANT in known


def test_a_mistake_comes_before_what_mends_it() -> None:
    names = [day.name for day in calendar()]
    for before, after in (
        ("refer 2022-03", "amend 2022-03"),
        ("meet 2022-04", "room 2022-06"),
        ("room 2022-06", "offer 2022-06"),
        ("offer 2022-06", "file 2022-06"),
        ("file 2022-06", "answer 2022-06"),
        ("give-up 2022-08", "start 2022-09"),
        ("start 2022-09", "correct-start 2022-10"),
        ("interrupt 2022-11", "void-interruption 2022-11"),
        ("take-over 2021-10", "exams 2021-11"),
        ("results 2022-06", "correct-result 2022-06"),
        ("correct-result 2022-06", "complete 2022-06"),
        ("complete 2022-06", "go-on 2022-07"),
        ("go-on 2022-07", "start 2022-09"),
        ("refer-late 2023-01", "intakes 2023-01"),
        ("admit-late 2023-01", "start 2023-01"),
        ("month 2023-01", "correct-outcome 2023-02"),
        ("month 2024-09", "mend 2024-10"),
    ):
        assert names.index(before) < names.index(after)


def test_a_title_is_that_of_the_day() -> None:
    metalwork = REGION.programme("cap-serrurerie-metallerie")
    assert metalwork.title_on(date(2023, 8, 31)) == metalwork.title
    assert metalwork.title_on(date(2023, 9, 1)) == "CAP Métallier"
    assert REGION.programme("cap-maintenance-batiments").title_on(date(2025, 1, 1)).startswith("CAP Maintenance")


async def test_what_should_be_refused_and_is_done_ends_the_simulation() -> None:
    async def done() -> None:
        """As if a service had accepted."""

    with pytest.raises(CannotRun, match="not_allowed"):
        await refused(done(), "not_allowed")


def test_a_pupil_is_known_by_every_enrolment_of_the_school() -> None:
    scenario, young_id = Scenario(), uuid4()
    year = {
        "intake_id": str(scenario.intake.id), "programme": {"id": scenario.intake.programme}, "school_year": "2021-2022",
        "year_of_study": 2, "last_year": True,
    }  # fmt: skip
    usual = {
        "school": {"id": "dole"}, "years": [year], "started_on": "2021-09-01", "left_on": "2022-06-30", "status": "completed",
        "steps": [], "exams": [], "outcomes": [],
    }  # fmt: skip
    word = {"horizon": 6, "source": "school", "situation": "further_studies", "proof": "phone", "on": "2022-12-30"}
    earlier = {**usual, "enrolment_id": str(uuid4()), "outcomes": [word]}
    present = {**usual, "enrolment_id": str(uuid4()), "status": "present", "left_on": None}
    latest = scenario.observations.pupil({**present, "young_id": str(young_id), "earlier": [earlier]})
    before, after = scenario.observations.enrolments.values()
    assert after is latest
    assert (before.young_id, before.completed_on) == (young_id, date(2022, 6, 30))
    assert before.outcomes[6, "school"].situation == "further_studies"
