"""Stands for a collector: takes spans by OTLP over HTTP, as its protobuf has them, and keeps them."""

import gzip
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Sent


@dataclass(frozen=True)
class Span:
    """A span as it came: ids in hexadecimal, `service` without its prefix."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    kind: str
    attributes: dict[str, Any]
    failed: bool
    links: tuple[str, ...]
    raw: Sent = field(repr=False, compare=False)


class Receiver:
    """Where it answers, and what came so far, as bytes too."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.spans: list[Span] = []
        self.bodies: list[bytes] = []

    def take(self, body: bytes) -> None:
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = _values(resource.resource.attributes)["service.name"]
            self.spans += [_span(service, one) for scope in resource.scope_spans for one in scope.spans]

    def of(self, trace: str) -> list[Span]:
        """Of one trace, as they began."""
        return sorted((one for one in list(self.spans) if one.trace == trace), key=lambda one: one.raw.start_time_unix_nano)

    def until(self, true: Callable[[], Any], *, within: float = 60) -> Any:
        """Wait until something is true of what came, and return that."""
        deadline = time.monotonic() + within
        while not (found := true()):
            assert time.monotonic() < deadline, sorted({(one.service, one.name) for one in self.spans})
            time.sleep(0.05)
        return found


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.take(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

        def log_message(self, *_args: Any) -> None:
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield receiver
        server.shutdown()


def _span(service: str, one: Sent) -> Span:
    ids = one.trace_id.hex(), one.span_id.hex(), one.parent_span_id.hex()
    kind = Sent.SpanKind.Name(one.kind).removeprefix("SPAN_KIND_").lower()
    links = tuple(link.span_id.hex() for link in one.links)
    return Span(
        service.removeprefix("etabli-"), one.name, *ids, kind, _values(one.attributes), one.status.code == 2, links, one
    )  # fmt: skip


def _values(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


def drawn(spans: Iterable[Span], parent: str | None = None, depth: int = 0) -> str:
    """A trace as a tree, to look at where a test fails."""
    found = list(spans)
    ids = {one.id for one in found}
    roots = [one for one in found if (one.parent == parent if parent else one.parent not in ids)]
    return "".join(f"{'  ' * depth}{one.service}: {one.name}\n{drawn(found, one.id, depth + 1)}" for one in roots)
