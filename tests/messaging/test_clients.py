"""The settings of Kafka's clients that our guarantees rest on, read on the real clients."""

from deploy.local.servers import Servers
from shared.messaging.consumer import new_faust_app
from shared.messaging.kafka import Brokers, consumer, producer

ALL_IN_SYNC = -1


async def test_a_producer_waits_for_all_in_sync_replicas_and_is_idempotent(servers: Servers) -> None:
    async with producer(servers.brokers) as sender:
        assert sender._sender._acks == ALL_IN_SYNC
        assert sender._txn_manager.has_pid(), "the broker gave it an id: what it sends again is kept once"
        assert sender._txn_manager.transactional_id is None


async def test_a_consumer_reads_what_is_committed_from_the_first_message_and_keeps_no_offset_by_itself(servers: Servers) -> None:
    async with consumer(servers.brokers, group_id="settings") as reader:
        assert reader._isolation_level == "read_committed"
        assert reader._auto_offset_reset == "earliest"
        assert not reader._enable_auto_commit


def test_faust_is_a_static_member_that_reads_from_the_first_message_and_waits_for_all_replicas() -> None:
    conf = new_faust_app("toy", "3", Brokers("kafka:9092"), session_timeout=15).conf
    assert conf.consumer_auto_offset_reset == "earliest"
    assert conf.consumer_group_instance_id == "toy-3"
    assert conf.producer_acks == ALL_IN_SYNC
    assert conf.broker_session_timeout == 15
    assert not conf.topic_allow_declare
    assert not conf.stream_wait_empty, "a stop waits for no message in hand: it is given again"
