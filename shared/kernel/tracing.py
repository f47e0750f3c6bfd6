"""W3C trace context: from a request or a message, to the messages that follow from it. OpenTelemetry's API, and no more of it.

Where nothing keeps spans (`shared.traces`) none is made, and the ids that came are passed on as they are.
"""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.util.types import AttributeValue

TRACE = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
Attributes = Mapping[str, AttributeValue]


def trace_of(header: str) -> str:
    """A W3C traceparent as it was sent, or nothing: what looks otherwise may say anything, and is not kept."""
    return header if TRACE.fullmatch(header) else ""


def new_trace() -> str:
    """The trace of work that nobody else began, and of which nobody keeps spans."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


def is_sampled(traceparent: str) -> bool:
    """Whether spans of this trace are kept."""
    return bool(traceparent) and bool(int(traceparent[-2:], 16) & TraceFlags.SAMPLED)


def traceparent() -> str:
    """The W3C traceparent of the present work, for what follows from it; nothing outside of any."""
    return _written(trace.get_current_span().get_span_context())


def trace_id() -> str:
    """The id of the trace that the present work belongs to, for whoever looks for it; nothing outside of any."""
    return traceparent()[3:35]


@contextmanager
def continuing(traceparent: str) -> Iterator[None]:
    """The work within follows from that one. With none named, from whatever the present work follows from."""
    token = context.attach(_context_of(traceparent)) if traceparent else None
    try:
        yield
    finally:
        if token:
            context.detach(token)


@contextmanager
def span(
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    *,
    parent: str = "",
    attributes: Attributes | None = None,
    links: Sequence[Link] = (),
) -> Iterator[None]:
    """The work within is a span: of the trace that `parent` names, else of the present one, else of a new one.

    What it raises is said by its type, for its words may quote what was sent.
    """
    made = started(name, kind, parent=parent, attributes=attributes, links=links)
    here = made if made.get_span_context().is_valid else _left(new_trace())  # where nobody keeps spans it has no ids
    with ended(made), trace.use_span(here, record_exception=False, set_status_on_exception=False):
        yield


def started(
    name: str, kind: SpanKind, *, parent: str = "", attributes: Attributes | None = None, links: Sequence[Link] = ()
) -> Span:
    """A span that has begun, and that is not the present one."""
    return trace.get_tracer("etabli").start_span(name, _context_of(parent) if parent else None, kind, attributes, links)


@contextmanager
def ended(made: Span) -> Iterator[None]:
    """The span ends with the work within, and says of which type of error it failed."""
    try:
        yield
    except Exception as error:
        made.set_status(Status(StatusCode.ERROR))
        made.set_attribute("error.type", type(error).__name__)
        raise
    finally:
        made.end()


def present() -> Sequence[Link]:
    """A link to the present span of this process, for work that it began and that belongs to another trace."""
    found = trace.get_current_span().get_span_context()
    return (Link(found),) if found.is_valid and not found.is_remote else ()


def _context_of(traceparent: str) -> Context:
    return trace.set_span_in_context(_left(traceparent))


def _left(traceparent: str) -> Span:
    """What another process, or another time, has left us of a span."""
    _version, trace_id, span_id, flags = traceparent.split("-")
    found = SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))
    return NonRecordingSpan(found)


def _written(found: SpanContext) -> str:
    return f"00-{found.trace_id:032x}-{found.span_id:016x}-{found.trace_flags:02x}" if found.is_valid else ""
