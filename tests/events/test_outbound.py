"""What a tenant is told: on its own topic, under types of its own, and never among what every service hears."""

from datetime import UTC, date, datetime
from uuid import UUID

from shared.events import EVENTS
from shared.events.message import message_of
from shared.events.outbound import OUTBOUND_EVENTS, OutboundEvent
from shared.messaging.topics import inbound, inbound_topic, outbound, outbound_topic


def test_the_topic_follows_from_the_tenant_and_the_event_is_none_of_ours() -> None:
    class BellRung(OutboundEvent, type="outbound.bell.rung.v1", key="young_id"):
        """A bell was rung."""

        young_id: UUID

    try:
        event = BellRung(tenant="cio-dole", young_id=UUID(int=7), on=date(2026, 3, 2))
        assert event.destination == outbound("cio-dole") == "etabli.outbound.cio-dole"
        assert OUTBOUND_EVENTS["fr.etabli.outbound.bell.rung.v1"] is BellRung
        assert BellRung.type not in EVENTS
        assert message_of(event, source="/referral/x/1", sequence=1, time=datetime.now(UTC)).key == str(UUID(int=7))
    finally:
        del OUTBOUND_EVENTS["fr.etabli.outbound.bell.rung.v1"]


def test_the_topics_of_a_partner_have_one_partition_and_an_end_to_their_keeping() -> None:
    assert (inbound("cio-dole"), inbound_topic("cio-dole").partitions) == ("etabli.inbound.cio-dole", 1)
    assert inbound_topic("cio-dole").configs["retention.ms"] == str(7 * 24 * 3600 * 1000)
    assert outbound_topic("dole").partitions == 1
    assert outbound_topic("dole").configs["retention.ms"] == str(30 * 24 * 3600 * 1000)
