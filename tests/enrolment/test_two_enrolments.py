"""One person is in one place at a time, whatever is declared or mended of two enrolments."""

from datetime import date
from typing import Any

import pytest

from services.enrolment.domain import pupils
from services.enrolment.domain.corrections import Mending, correct_presence
from services.enrolment.domain.presence import Fact
from shared.events.corrections import CorrectionCode
from shared.events.students import InterruptionCode
from shared.kernel.errors import Refused
from tests.enrolment.builders import ENROLMENT, LATER, YOUNG, a_programme, after, an_intake, completed, enrolled, interrupted
from tests.enrolment.test_continuing import bac_pro, continued


@pytest.mark.parametrize(("until", "holds"), [(date(2027, 9, 1), True), (date(2027, 9, 15), False)])
def test_a_completion_is_not_mended_to_a_day_after_the_bac_pro_began(until: date, holds: bool) -> None:
    there = after(completed(), continued(completed(), bac_pro()))
    there = after(there, pupils.start(there, school=None, on=date(2027, 9, 1)))
    mend: dict[str, Any] = {"fact": Fact.COMPLETION, "titles": (), "school": None}
    mending = Mending(
        code=CorrectionCode.TYPING, replaces_on=LATER, happened_on=until, on=date(2027, 12, 1), enrolment_id=ENROLMENT
    )
    if holds:
        assert correct_presence(there, mending=mending, **mend)
        return
    with pytest.raises(Refused, match="contradiction") as no:
        correct_presence(there, mending=mending, **mend)
    assert "autre parcours" in no.value.sentence


def test_who_left_the_second_since_is_not_said_to_have_been_in_the_first_all_along() -> None:
    there = after(interrupted(), enrol_in_chalon := pupils.enrol(
        interrupted(), young_id=YOUNG, birth_month="2009-03", intake=an_intake(school="chalon"), programme=a_programme(),
        on=date(2025, 12, 8),
    ))  # fmt: skip
    assert enrol_in_chalon
    there = after(there, pupils.start(there, school="chalon", on=date(2025, 12, 9)))
    there = after(there, pupils.interrupt(there, school="chalon", code=InterruptionCode.OTHER, on=date(2026, 2, 2)))
    mending = Mending(code=CorrectionCode.TYPING, replaces_on=date(2025, 12, 1), happened_on=None, on=date(2027, 12, 1))
    with pytest.raises(Refused, match="contradiction"):
        correct_presence(there, school="besancon", fact=Fact.INTERRUPTION, titles=(), mending=mending)
    with pytest.raises(Refused, match="already_enrolled"):
        pupils.resume(there, school="besancon", on=date(2026, 1, 5))
    assert pupils.resume(there, school="besancon", on=date(2026, 2, 2))


def test_nobody_starts_on_a_day_on_which_they_were_elsewhere() -> None:
    there = enrolled(interrupted(), an_intake(school="chalon"))
    with pytest.raises(Refused, match="already_enrolled"):
        pupils.start(there, school="chalon", on=date(2025, 11, 30))
    assert pupils.start(there, school="chalon", on=date(2025, 12, 1))
