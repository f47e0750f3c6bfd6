"""What may leave in a span: attributes by name, ids, times and codes. Whatever an instrumentation adds of itself stays here."""

from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Link, SpanKind, Status

ALLOWED = frozenset(
    {
        "http.request.method", "http.route", "http.response.status_code", "url.scheme", "network.protocol.version",
        "db.system.name", "db.namespace", "db.collection.name",
        "messaging.system", "messaging.operation.name", "messaging.operation.type", "messaging.destination.name",
        "messaging.destination.partition.id", "messaging.kafka.offset", "messaging.batch.message_count",
        "cloudevents.event_type", "error.type",
    }
)  # fmt: skip
"""No address, query, header, statement, body, key nor message id: each may hold what somebody wrote."""
NOT_OF_A_CLIENT = frozenset({"server.address", "server.port"})
"""Where we ask is ours to say; of a request it is what its client wrote as our name."""


class AllowedOnly(SpanExporter):
    """Another exporter, to which goes of each span what is named here: no event, no exception, no words of a failure."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_bare(one) for one in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def _bare(one: ReadableSpan) -> ReadableSpan:
    allowed = ALLOWED if one.kind is SpanKind.SERVER else ALLOWED | NOT_OF_A_CLIENT
    return ReadableSpan(
        one.name, one.context, one.parent, one.resource,
        attributes={name: value for name, value in (one.attributes or {}).items() if name in allowed},
        links=[Link(link.context) for link in one.links], kind=one.kind, status=Status(one.status.status_code),
        start_time=one.start_time, end_time=one.end_time, instrumentation_scope=one.instrumentation_scope,
    )  # fmt: skip
