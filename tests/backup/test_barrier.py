"""What a document had not told by the barrier is left out of the log; what is nobody's is kept."""

from typing import Any

from deploy.backup.log import Barrier, teller_of
from shared.events.message import ConsumerRecord

KNOWN = {"enrolment": {"pupils": "1"}}


class Instant:
    """What two pupils had told by then."""

    async def rows(self, database: str, name: str, where: dict[str, Any], **_: Any) -> list[dict[str, Any]]:
        assert (database, name) == ("etabli_enrolment", "pupils")
        counters = {"a": 4, "b": 1}
        return [{"_id": id, "sequence": counters[id]} for id in where["_id"]["$in"] if id in counters]


def a_record(offset: int, source: str, sequence: object) -> ConsumerRecord:
    headers = (("ce_source", source.encode()), ("ce_sequence", str(sequence).encode()))
    return ConsumerRecord("etabli.enrolment", 0, offset, b"k", b"{}", headers)


async def test_an_event_past_its_documents_counter_was_told_later() -> None:
    records = [
        a_record(10, "/enrolment/pupils/a", 4), a_record(11, "/enrolment/pupils/a", 5), a_record(12, "/enrolment/pupils/b", 2),
        a_record(13, "/enrolment/pupils/new", 1), a_record(14, "/enrolment/pupils/b", 1),
    ]  # fmt: skip
    assert await Barrier(Instant(), KNOWN).told_later(records) == {11, 12, 13}  # type: ignore[arg-type]


async def test_what_no_document_of_ours_tells_is_kept() -> None:
    records = [
        a_record(1, "/somebody/else/9", 7), a_record(2, "/enrolment/gone/9", 7), a_record(3, "/enrolment/parked", 7),
        a_record(4, "/enrolment/pupils/a", "x"), ConsumerRecord("etabli.inbound.x", 0, 5, None, b"?", ()),
    ]  # fmt: skip
    assert await Barrier(Instant(), KNOWN).told_later(records) == set()  # type: ignore[arg-type]


def test_a_source_names_service_collection_and_document() -> None:
    assert teller_of(a_record(0, "/production/weeks/y 2025-W37", 3).headers) == ("production", "weeks", "y 2025-W37", 3)
