"""Spans of messages that are handled: each of the trace that its message came with, so that one trace goes from hop to hop."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from opentelemetry.trace import Link, Span, SpanKind, use_span

from shared.events.attributes import given_once, trace_in
from shared.events.message import ConsumerRecord, Message
from shared.kernel.tracing import Attributes, ended, is_sampled, new_trace, present, span, started
from shared.messaging.place import known_type

AT_MOST = 100
"""Spans of one batch: whoever catches up reads twenty thousand messages at once."""


def trace_of_record(record: ConsumerRecord) -> str:
    """The W3C traceparent that a record came with, if any, whatever else it says."""
    return trace_in(given_once(record.headers))


@contextmanager
def handling(record: ConsumerRecord, message: Message) -> Iterator[None]:
    """A message is handled within: what follows from it belongs to its trace. Whoever has it replayed is linked."""
    parent = message.trace or new_trace()
    with span(_name(record), SpanKind.CONSUMER, parent=parent, attributes=_said_of(record), links=present()):
        yield


@contextmanager
def folding(records: Sequence[ConsumerRecord]) -> Iterator[None]:
    """Rows take in a batch within: a span for each of its first hundred messages whose trace is kept.

    They are written together, which shows beneath the first of these spans; the others are linked to it.
    """
    found = ((record, trace_of_record(record)) for record in records[:AT_MOST])
    made = list[Span]()
    for record, parent in found:
        if is_sampled(parent):
            made.append(_of_batch(record, parent, len(records), made[:1]))
    with ExitStack() as stack:
        for one in reversed(made):
            stack.enter_context(ended(one))
        if made:
            stack.enter_context(use_span(made[0], record_exception=False, set_status_on_exception=False))
        yield


def _of_batch(record: ConsumerRecord, parent: str, count: int, first: Sequence[Span]) -> Span:
    attributes = {**_said_of(record), "messaging.batch.message_count": count}
    links = [Link(one.get_span_context()) for one in first]
    return started(_name(record), SpanKind.CONSUMER, parent=parent, attributes=attributes, links=links)


def _name(record: ConsumerRecord) -> str:
    return f"{record.topic} process"


def _said_of(record: ConsumerRecord) -> Attributes:
    return {
        "messaging.system": "kafka", "messaging.operation.name": "process", "messaging.operation.type": "process",
        "messaging.destination.name": record.topic, "messaging.destination.partition.id": str(record.partition),
        "messaging.kafka.offset": record.offset, "cloudevents.event_type": known_type(record),
    }  # fmt: skip
