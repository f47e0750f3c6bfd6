"""Rows that take in twenty thousand messages at once make a hundred spans."""

import subprocess
import sys

ASKED = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from shared.events.message import ConsumerRecord
from shared.messaging.spans import folding

kept = InMemorySpanExporter()
made = TracerProvider()
made.add_span_processor(SimpleSpanProcessor(kept))
trace.set_tracer_provider(made)
parents = [f"00-{n + 1:032x}-{7:016x}-{n % 2:02x}" for n in range(20_000)]
with folding([ConsumerRecord("t", 0, n, b"k", b"", [("ce_traceparent", p.encode())]) for n, p in enumerate(parents)]):
    with made.get_tracer("driver").start_as_current_span("write"):
        pass
first, *others = sorted((one for one in kept.get_finished_spans() if one.name == "t process"), key=lambda one: one.start_time)
(write,) = [one for one in kept.get_finished_spans() if one.name == "write"]
assert len(others) == 49, len(others)
assert {one.attributes["messaging.batch.message_count"] for one in others} == {20_000}
assert [one.parent.span_id for one in others] == [7] * 49
assert write.parent.span_id == first.context.span_id
assert [one.links[0].context.span_id for one in others] == [first.context.span_id] * 49
"""


def test_a_batch_makes_spans_of_the_first_hundred_whose_trace_is_kept() -> None:
    """In a process of its own: OpenTelemetry is put together once for all."""
    subprocess.run([sys.executable, "-c", ASKED], check=True)
