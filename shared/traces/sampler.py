"""What is sampled: what `OTEL_TRACES_SAMPLER` says, of work that somebody began, whatever a client would have us keep."""

from collections.abc import Sequence

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes


class Sampled(Sampler):
    """A request keeps the trace id that it came with, and is drawn as if it had none: neither its flag nor an id that was
    chosen for it decides, and its `tracestate` ends here. A command or a message is part of a span, or is none: the relay,
    leases and health ask all day long.
    """

    def __init__(self, asked: Sampler) -> None:
        self._asked = asked
        self._ids = RandomIdGenerator()

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        if kind is SpanKind.SERVER:
            parent_context, trace_id = Context(), self._ids.generate_trace_id()
        elif _is_nobody_s(parent_context, kind):
            return SamplingResult(Decision.DROP)
        return self._asked.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return f"Sampled{{{self._asked.get_description()}}}"


def _is_nobody_s(parent_context: Context | None, kind: SpanKind | None) -> bool:
    """Whether no work of ours asks for it: of a command, that is a span of this process; of a message, the one it was told in."""
    parent = trace.get_current_span(parent_context).get_span_context()
    return (kind is SpanKind.CLIENT and (parent.is_remote or not parent.is_valid)) or (
        kind is SpanKind.PRODUCER and not parent.is_valid
    )
