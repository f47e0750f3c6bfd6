"""The published language as a whole: each event enters itself once, under its own type, topic and key."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import orjson
import pytest

from shared.events import EVENTS, TOPICS, Event
from shared.events.catalogue import GrantPaid, SchoolRegistered
from shared.events.message import Undecodable, message_of


def test_an_event_is_published_by_being_declared_and_a_base_is_not() -> None:
    class _GateEvent(Event, topic="etabli.catalogue", key="gate"):
        gate: str

    class GateShut(_GateEvent, type="enrolment.gate.shut.v1"):
        """A gate was shut."""

    try:
        assert EVENTS["fr.etabli.enrolment.gate.shut.v1"] is GateShut
        assert _GateEvent not in EVENTS.values()
    finally:
        del EVENTS["fr.etabli.enrolment.gate.shut.v1"]


def test_two_events_cannot_have_one_type() -> None:
    with pytest.raises(TypeError, match="published twice"):

        class _PlaceOffered(Event, type="enrolment.place.offered.v1", topic="etabli.enrolment", key="young_id"):
            """Another one under the name of the first."""


def test_each_event_has_a_type_of_its_teller_a_topic_and_a_field_for_a_key() -> None:
    for name, event in EVENTS.items():
        assert re.fullmatch(r"fr\.etabli\.(referral|enrolment|production)\.[a-z_]+\.[a-z_]+\.v[0-9]+", name)
        assert event.topic in TOPICS
        assert event.keyed_by in event.model_fields


PAID = GrantPaid(grant_id=UUID(int=1), payment_id=UUID(int=2), holder="dole", amount_cents=1200, on=date(2026, 1, 5))


def heard(event: Event, **otherwise: object) -> Event:
    """An event as it is heard, had it been told otherwise."""
    message = message_of(event, source="/enrolment/grants/1", sequence=1, time=datetime(2026, 1, 5, tzinfo=UTC))
    return replace(message, data=orjson.dumps({**event.model_dump(mode="json"), **otherwise})).event()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("on", 1700000000), ("on", 1699920000), ("on", "1699920000"), ("on", True), ("on", "2026-01-05T00:00:00"),
        ("amount_cents", "1200"), ("amount_cents", 1200.0), ("amount_cents", True),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_not_heard(field: str, value: object) -> None:
    with pytest.raises(Undecodable, match="invalid_data"):
        heard(PAID, **{field: value})


def test_what_was_told_by_an_older_list_or_an_older_key_is_heard() -> None:
    school = SchoolRegistered(
        school="dole", name="Dole", commune="39198", town="Dole", department="39", siret="73282932000074", on=date(2026, 1, 5)
    )
    assert heard(school) == school
    for field, value in (("commune", "39999"), ("department", "20"), ("siret", "11122233344455"), ("uai", "0250001A")):
        assert getattr(heard(school, **{field: value}), field) == value
