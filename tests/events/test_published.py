"""The published language as a whole: each event enters itself once, under its own type, topic and key."""

import re

import pytest

from shared.events import EVENTS, TOPICS, Event


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
        assert re.fullmatch(r"fr\.etabli\.(referral|enrolment|production)\.[a-z]+\.[a-z_]+\.v[0-9]+", name)
        assert event.topic in TOPICS
        assert event.keyed_by in event.model_fields
