"""What is sampled and what leaves, whatever a client sends and an instrumentation adds."""

import socket
import time

import pytest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased, TraceIdRatioBased
from opentelemetry.sdk.trace.sampling import Sampler as Asked
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared import traces
from shared.traces.allowed import AllowedOnly
from shared.traces.provider import provider
from shared.traces.sampler import Sampled

LOW = "00-" + "0" * 31 + "1-" + "b" * 16 + "-01"
"""A trace id that every ratio takes."""
LINKED = SpanContext(1, 2, is_remote=False, trace_flags=TraceFlags.get_default())
IN_THE_MIDST = ParentBased(TraceIdRatioBased(0.000001))


def tracer_of(asked: Asked) -> Tracer:
    return TracerProvider(sampler=Sampled(asked), shutdown_on_exit=False).get_tracer("test")


def is_kept(asked: Asked, kind: SpanKind, header: str = "", state: str = "") -> bool:
    parent = TraceContextTextMapPropagator().extract({"traceparent": header, "tracestate": state}) if header else None
    made = tracer_of(asked).start_span("it", parent, kind)
    assert not made.get_span_context().trace_state
    return made.is_recording()


@pytest.mark.parametrize(
    ("asked", "kind", "header", "kept"),
    [
        (ParentBased(ALWAYS_ON), SpanKind.SERVER, "", True),
        (ParentBased(ALWAYS_ON), SpanKind.SERVER, LOW[:-2] + "00", True),  # a client hides nothing
        (IN_THE_MIDST, SpanKind.SERVER, LOW, False),  # nor has anything kept, by a flag or by an id
        (IN_THE_MIDST, SpanKind.CONSUMER, LOW, True),  # the sender's own decision
        (ParentBased(ALWAYS_ON), SpanKind.CONSUMER, LOW[:-2] + "00", False),
        (ParentBased(ALWAYS_ON), SpanKind.PRODUCER, LOW, True),
        (ParentBased(ALWAYS_ON), SpanKind.PRODUCER, "", False),
        (ParentBased(ALWAYS_ON), SpanKind.CLIENT, "", False),  # a lease, a look at what is pending
        (ParentBased(ALWAYS_ON), SpanKind.CLIENT, LOW, False),
    ],
)
def test_what_is_sampled(asked: Asked, kind: SpanKind, header: str, kept: bool) -> None:
    assert is_kept(asked, kind, header, state="vendor=Quintard" if kind is SpanKind.SERVER else "") is kept


def test_a_request_keeps_its_trace_id_and_a_command_of_it_is_kept() -> None:
    parent = TraceContextTextMapPropagator().extract({"traceparent": LOW})
    tracer = tracer_of(ParentBased(ALWAYS_ON))
    made = tracer.start_span("it", parent, SpanKind.SERVER)
    assert made.get_span_context().trace_id == 1
    with trace.use_span(made):
        assert tracer.start_span("find", kind=SpanKind.CLIENT).is_recording()


def test_nothing_leaves_but_what_is_named() -> None:
    kept = InMemorySpanExporter()
    made = TracerProvider(shutdown_on_exit=False)
    made.add_span_processor(SimpleSpanProcessor(AllowedOnly(kept)))
    it = made.get_tracer("test").start_span("it", kind=SpanKind.SERVER, links=[Link(LINKED, {"to": "Quintard"})])
    for name in ("url.query", "url.path", "db.statement", "db.query.text", "messaging.kafka.message.key", "server.address"):
        it.set_attribute(name, "Quintard")
    it.set_attribute("http.route", "/referrals/{id}")
    it.record_exception(ValueError("Quintard"))
    it.set_status(Status(StatusCode.ERROR, "Quintard"))
    it.end()
    (left,) = kept.get_finished_spans()
    assert "Quintard" not in left.to_json()
    assert (left.attributes, left.status.status_code) == ({"http.route": "/referrals/{id}"}, StatusCode.ERROR)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_TRACES_SAMPLER"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_a_service_is_named_unless_the_environment_does(environment: pytest.MonkeyPatch) -> None:
    made = provider("referral", "2", InMemorySpanExporter())
    assert (made.resource.attributes["service.name"], made.resource.attributes["service.instance.id"]) == ("etabli-referral", "2")
    made.shutdown()
    environment.setenv("OTEL_SERVICE_NAME", "mine")
    environment.setenv("OTEL_TRACES_SAMPLER", "always_off")
    made = provider("referral", "2", InMemorySpanExporter())
    assert (made.resource.attributes["service.name"], made.sampler.get_description()) == ("mine", "Sampled{AlwaysOffSampler}")
    made.shutdown()


def test_a_collector_that_never_answers_holds_nobody_up_and_no_memory() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        made = provider("referral", "0", OTLPSpanExporter(f"http://127.0.0.1:{silent.getsockname()[1]}/v1/traces"))
        for _ in range(6_000):
            made.get_tracer("test").start_span("it").end()
        (batches,) = made._active_span_processor._span_processors
        assert isinstance(batches, BatchSpanProcessor)
        assert len(batches._batch_processor._queue) <= 2_048
        began = time.monotonic()
        traces.end(made, within=0.3)
        assert time.monotonic() - began < 5


def test_spans_are_kept_only_where_they_can_be_sent() -> None:
    there = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}
    assert traces.wanted(there)
    assert traces.wanted({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"})
    assert not traces.wanted({})
    assert not traces.wanted({**there, "OTEL_SDK_DISABLED": "true"})
    assert not traces.wanted({**there, "OTEL_TRACES_EXPORTER": "none"})
