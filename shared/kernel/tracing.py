"""W3C trace context: from a request or a message, to the messages that follow from it."""

import re
import uuid
from contextvars import ContextVar

TRACE = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
traceparent: ContextVar[str] = ContextVar("traceparent", default="")
"""The W3C trace that the present work belongs to: from the request or the message handled, to the messages published."""


def trace_of(header: str) -> str:
    """A W3C traceparent as it was sent, or nothing: what looks otherwise may say anything, and is not kept."""
    return header if TRACE.fullmatch(header) else ""


def new_trace() -> str:
    """The trace of work that nobody else began."""
    return f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01"
