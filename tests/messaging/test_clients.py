"""The settings of Kafka's clients that our guarantees rest on, read on the real clients."""

from pathlib import Path

import pytest

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


def test_faust_makes_no_folder_where_a_service_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    new_faust_app("toy", "3", Brokers("kafka:9092"), session_timeout=15)._create_directories()
    assert list(tmp_path.iterdir()) == []


def test_each_client_is_told_who_we_are_and_no_text_of_ours_the_password(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("the-password\n")
    brokers = Brokers("kafka:9092", "toy", file)
    told = brokers.options()
    assert (told["security_protocol"], told["sasl_mechanism"], told["sasl_plain_username"]) == (
        "SASL_PLAINTEXT", "SCRAM-SHA-512", "toy",
    )  # fmt: skip
    assert told["sasl_plain_password"].encode() == b"the-password"
    conf = new_faust_app("toy", "3", brokers, session_timeout=15).conf
    assert "the-password" not in f"{brokers} {told} {conf.broker_credentials} {vars(conf.broker_credentials)}"
    file.write_text("another\n")
    assert told["sasl_plain_password"].encode() == b"another", "it is read at each connection"
