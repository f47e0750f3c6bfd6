"""OpenTelemetry put together: who we are, what is sampled, what leaves, and what is instrumented."""

import os

from aiokafka import AIOKafkaConsumer
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.aiokafka import AIOKafkaInstrumentor
from opentelemetry.instrumentation.pymongo import PymongoInstrumentor
from opentelemetry.instrumentation.utils import unwrap
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.traces.allowed import AllowedOnly
from shared.traces.sampler import Sampled


def set_up(service: str, instance: str) -> None:
    """Keep the spans of this process and send them. For the whole process, once."""
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "database")
    made = provider(service, instance, OTLPSpanExporter())
    trace.set_tracer_provider(made)
    propagate.set_global_textmap(TraceContextTextMapPropagator())  # baggage would carry on whatever a client wrote in it
    PymongoInstrumentor().instrument(capture_statement=False)
    AIOKafkaInstrumentor().instrument()
    for reading in ("getone", "getmany"):  # a span of each record that is read: twenty thousand a batch
        unwrap(AIOKafkaConsumer, reading)


def provider(service: str, instance: str, exporter: SpanExporter) -> TracerProvider:
    """Spans in batches, of a bounded queue: whoever receives them holds nobody up, and what is too much is dropped."""
    ours = Resource.create({"service.name": f"etabli-{service}", "service.instance.id": instance})
    said = OTELResourceDetector().detect()  # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come before ours
    asked = TracerProvider(shutdown_on_exit=False).sampler  # OTEL_TRACES_SAMPLER
    made = TracerProvider(resource=ours.merge(said), sampler=Sampled(asked), shutdown_on_exit=False)
    made.add_span_processor(BatchSpanProcessor(AllowedOnly(exporter)))
    return made
