"""The days that people say, by the clock of the service."""

from datetime import UTC, date, datetime

import pytest

from shared.kernel.clock import Clock
from shared.kernel.errors import Invalid

CLOCK = Clock(datetime(2025, 8, 31, 22, 30, tzinfo=UTC))


def test_a_day_is_a_day_in_france() -> None:
    assert CLOCK.day(None) == date(2025, 9, 1)


@pytest.mark.parametrize(("day", "code"), [(date(2025, 9, 2), "in_the_future"), (date(500, 1, 1), "too_long_ago")])
def test_a_day_that_cannot_be_is_refused(day: date, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        CLOCK.day(day)
    assert refused.value.code == code
    assert CLOCK.day(date(2000, 1, 1)) == date(2000, 1, 1)
