"""After a CAP completed, a Bac pro: another enrolment of the same person, in this school or elsewhere."""

from datetime import date
from typing import Any

import pytest

from services.enrolment.domain import diplomas, pupils
from services.enrolment.domain.continuing import continue_in
from services.enrolment.domain.enrolment import enrolment_id_of
from services.enrolment.domain.giving_up import give_up
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil, PupilEvent
from shared.events.catalogue import Certification
from shared.events.students import (
    DiplomaObtained,
    EnrolmentStatus,
    OutcomeDeclared,
    Result,
    StudentEnrolled,
)
from shared.kernel.errors import Refused
from tests.enrolment.builders import (
    ENROLMENT,
    LATER,
    MAY,
    YOUNG,
    a_programme,
    after,
    an_intake,
    an_outcome,
    completed,
    fields_on,
    in_last_year,
    started,
)

BAC = a_programme(programme="bac", title="Bac pro", certification=Certification.BAC_PRO, years=3)
SUMMER = date(2027, 7, 5)


def bac_pro(**overrides: Any) -> Intake:
    return an_intake(**{"programme": BAC, "school_year": "2027-2028", "year_of_study": 2, "on": SUMMER, **overrides})


def continued(pupil: Pupil, to: Intake, *, on: date = SUMMER) -> list[PupilEvent]:
    return continue_in(pupil, school="besancon", to=to, programme=BAC, on=on)


def test_after_a_cap_completed_a_bac_pro_is_another_enrolment_in_year_two() -> None:
    pupil, to = completed(), bac_pro()
    decided = continued(pupil, to)
    assert decided == [
        StudentEnrolled(
            enrolment_id=enrolment_id_of(to.intake_id, YOUNG), young_id=YOUNG, school="besancon", programme="bac",
            birth_month="2009-03", intake_id=to.intake_id, school_year="2027-2028", year_of_study=2, last_year=False,
            starts_on=to.starts_on, on=SUMMER,
        )
    ]  # fmt: skip
    after_it = after(pupil, decided)
    assert [one.status for one in after_it.enrolments] == [EnrolmentStatus.COMPLETED, EnrolmentStatus.DUE]
    assert continued(after_it, to) == []


@pytest.mark.parametrize("pupil", [started(), in_last_year()])
def test_who_has_not_completed_does_not_go_on_so(pupil: Pupil) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        continued(pupil, bac_pro())


@pytest.mark.parametrize(
    "to",
    [
        bac_pro(school="chalon"),
        an_intake(school_year="2027-2028", on=SUMMER),
        bac_pro(school_year="2025-2026", on=MAY),
    ],
)
def test_one_goes_on_in_another_programme_of_the_school_and_later(to: Intake) -> None:
    with pytest.raises(Refused, match="wrong_intake"):
        continued(completed(), to)


def test_nobody_goes_on_with_another_enrolment_under_way() -> None:
    pupil = after(completed(), continued(completed(), bac_pro()))
    with pytest.raises(Refused, match="not_allowed"):
        continued(pupil, bac_pro(school_year="2028-2029"))


def test_who_gave_the_bac_pro_up_may_still_go_on() -> None:
    pupil = after(completed(), continued(completed(), bac_pro()))
    gone = after(pupil, give_up(pupil, school="besancon", on=date(2027, 8, 1)))
    again = after(gone, continued(gone, bac_pro(), on=date(2027, 8, 2)))
    assert again.last().status is EnrolmentStatus.DUE
    assert len({one.enrolment_id for one in again.enrolments}) == 3


def test_who_missed_the_bac_pro_goes_on_in_another_year_and_not_in_the_same() -> None:
    pupil = after(completed(), continued(completed(), bac_pro()))
    absent = after(pupil, pupils.record_no_show(pupil, school=None, on=date(2027, 9, 6)))
    with pytest.raises(Refused, match="wrong_intake"):
        continued(absent, bac_pro(), on=date(2027, 9, 7))
    assert continued(absent, bac_pro(school_year="2028-2029"), on=date(2028, 6, 1))


def test_the_cap_s_result_and_outcome_are_its_own_though_the_bac_pro_has_begun() -> None:
    pupil = in_last_year()
    pupil = after(pupil, diplomas.register_exam(pupil, school=None, session="2027-06", on=date(2026, 10, 15)))
    exam_id = pupil.last().exams[0].exam_id
    leaver = pupil.with_enrolment(pupil.last().model_copy(update={"status": EnrolmentStatus.COMPLETED, "left_on": LATER}))
    gone_on = after(leaver, continued(leaver, bac_pro()))
    assert diplomas.give_result(gone_on, school=None, exam_id=exam_id, result=Result.OBTAINED, on=SUMMER) == [
        DiplomaObtained(**fields_on(SUMMER), exam_id=exam_id)
    ]
    january = date(2028, 1, 5)
    (told,) = diplomas.declare_outcome(gone_on, school="besancon", outcome=an_outcome(january))
    assert isinstance(told, OutcomeDeclared)
    assert (told.enrolment_id, told.programme) == (ENROLMENT, "usinage")
