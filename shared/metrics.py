"""Every metric of a service, in one table: what it counts, in base units, and by which labels; docs/metrics.md is made of it.

A label holds what our code names (a route's template, a code, a topic), never what a caller sent: series are bounded, and none
is about a person.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from prometheus_client import Counter, Gauge, Histogram, Info, disable_created_metrics

from shared.kernel.clock import Clock, real_now
from shared.kernel.errors import Invalid, NotFound, Refused

disable_created_metrics()  # type: ignore[no-untyped-call]  # one more series for each, that nobody reads
M = TypeVar("M", Counter, Gauge, Histogram, Info)
ANSWERS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds, the bounds of what somebody waits for."""
DELAYS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0)
"""Seconds, the bounds of what comes by itself."""


@dataclass(frozen=True)
class Measure:
    """A metric as it is documented: the name that a scrape shows, its kind, its labels."""

    name: str
    kind: str
    labels: Sequence[str]
    says: str


CATALOGUE: list[Measure] = []


def _listed(metric: M, labels: Sequence[str]) -> M:
    (described,) = metric.describe()
    suffix = {"counter": "_total", "info": "_info"}.get(described.type, "")
    CATALOGUE.append(Measure(f"{described.name}{suffix}", described.type, labels, described.documentation))
    return metric


def _counter(name: str, says: str, *labels: str) -> Counter:
    return _listed(Counter(name, says, labels), labels)


def _gauge(name: str, says: str, *labels: str) -> Gauge:
    return _listed(Gauge(name, says, labels), labels)


def _histogram(name: str, bounds: Sequence[float], says: str, *labels: str) -> Histogram:
    return _listed(Histogram(name, says, labels, buckets=bounds), labels)


BUILD = _listed(Info("etabli_build", "The version that runs here."), ("version",))
READY = _gauge("etabli_ready", "1 while /health/ready answers 200; looked at every few seconds by the service itself.")
DEGRADED = _gauge("etabli_degraded", "1 while /health/ready says « degraded ».")
MONGODB_UP = _gauge("etabli_mongodb_up", "1 while MongoDB answers a ping.")
KAFKA_UP = _gauge("etabli_kafka_up", "1 while Kafka answers a request for metadata, 0 while it does not, or refuses.")
SIMULATED = _gauge("etabli_clock_simulated", "1 where the clock is simulated: delays are then not measured.")
MEASURED_AT = _gauge("etabli_measured_timestamp_seconds", "When this service last measured its readiness and outboxes.")

REQUESTS = _counter(
    "etabli_http_requests_total",
    "Answers begun, by template of a route (or « unmatched »: no such address, « unreadable »: no HTTP).",
    "route", "method", "status",
)  # fmt: skip
REQUEST_SECONDS = _histogram(
    "etabli_http_request_duration_seconds", ANSWERS, "From a request to the end of its answer; streams are not in it.",
    "route", "method",
)  # fmt: skip
PROBLEMS = _counter("etabli_http_problems_total", "Answers that are a problem, by its code.", "route", "code")
STREAMS = _gauge("etabli_streams_open", "Streams (SSE) that are open.")
STREAMED = _counter("etabli_stream_events_sent_total", "Events sent on streams.")
NOTICES = _counter(
    "etabli_notices_total",
    "Notices by e-mail, by what came of each try: sent, put_off, refused (its address), server_away.",
    "outcome",
)

DECISIONS = _counter(
    "etabli_decisions_total",
    "Decisions: made (events were kept), nothing (there was nothing to change), refused. A transaction begun again counts again.",
    "aggregate", "decision", "outcome",
)  # fmt: skip
REFUSALS = _counter("etabli_refusals_total", "Decisions that a rule refused, by its code.", "aggregate", "decision", "code")

PENDING = _gauge("etabli_outbox_documents", "Documents with something to publish, counted up to the limit and one more.")
LIMIT = _gauge("etabli_outbox_limit_documents", "Documents past which this service is not ready.")
OLDEST = _gauge("etabli_outbox_oldest_age_seconds", "Age of the oldest event that waits to be published; 0 where none does.")
HELD = _gauge("etabli_outbox_held_documents", "Documents held since Kafka does not take their next event, by its topic.", "topic")
PUBLISHED = _counter("etabli_relay_published_total", "Events that Kafka acknowledged, by topic.", "topic")
RELAYS = _gauge("etabli_relay_active", "1 in the replica that publishes, by its lease.")

HANDLED = _counter(
    "etabli_messages_handled_total",
    "Messages taken in: handled, skipped (nobody here needs them), parked, behind (a parked one), discarded; "
    "of agencies’ topics, together: accepted, same (as before), rejected, again (rejected before).", "topic", "outcome",
)  # fmt: skip
HANDLING_SECONDS = _histogram("etabli_message_handling_duration_seconds", ANSWERS, "One message in its handler.", "topic")
MESSAGE_DELAY = _histogram(
    "etabli_message_delay_seconds", DELAYS, "From the time of an event to its being handled; not measured on a simulated clock."
)
LAG = _gauge("etabli_consumer_lag_messages", "Messages that this service has yet to take in, all replicas together.", "topic")
INBOUND_LAG = _gauge("etabli_inbound_lag_messages", "Messages on agencies’ topics that this replica has yet to take in.")
REJECTED = _counter("etabli_inbound_rejected_total", "Messages of agencies’ topics that were rejected, by reason.", "code")
WAITING = _gauge("etabli_waiting_for_a_server", "1 while a message waits for a server to come back.")
PARKED = _counter("etabli_messages_parked_total", "Messages parked, by reason.", "code")
PARKED_NOW = _gauge("etabli_parked_messages", "Messages that are parked now, by reason.", "code")
LOST = _counter("etabli_records_lost_total", "Messages that Kafka deleted before they were handled, by topic.", "topic")

PROJECTORS = _gauge("etabli_projector_active", "1 in the replica that keeps the rows, by its lease.")
BATCHES = _counter("etabli_projector_batches_total", "Batches folded into rows, those of a rebuild among them.")
PROJECTED = _counter("etabli_projector_messages_total", "Messages folded into rows, those of a rebuild among them.")
ROWS = _counter("etabli_rows_written_total", "Rows written, those of a rebuild among them.")
ROW_DELAY = _histogram(
    "etabli_row_delay_seconds", DELAYS,
    "From the time of an event to its row being written, rebuilds apart; not measured on a simulated clock.",
)  # fmt: skip
REBUILDING = _gauge("etabli_rebuild_running", "1 while rows are built anew.")
REBUILD_DONE = _gauge("etabli_rebuild_done_offsets", "Offsets that the rebuild under way, or the last one, has passed.")
REBUILD_OFFSETS = _gauge("etabli_rebuild_offsets", "Offsets that it has to pass.")

MIGRATING = _gauge("etabli_migrating", "1 while what a version before kept is put into this one’s form.")
MIGRATED = _counter(
    "etabli_migrated_documents_total", "Documents of a version before that were put into this one’s form, by step.", "step"
)  # fmt: skip

WEBHOOK_DELIVERERS = _gauge("etabli_webhook_deliverer_active", "1 in the replica that sends to webhooks, by its lease.")
WEBHOOK_DOCUMENTS = _gauge("etabli_webhooks_documents", "Webhooks by state: active, failing, disabled.", "state")
WEBHOOK_FAILING = _gauge(
    "etabli_webhook_failing_age_seconds",
    "Since when the oldest message that a webhook does not take fails; 0 where none does.",
)
WEBHOOK_ATTEMPTS = _counter("etabli_webhook_attempts_total", "Calls of webhooks, by what came of them.", "result")
WEBHOOK_ATTEMPT_SECONDS = _histogram("etabli_webhook_attempt_duration_seconds", ANSWERS, "One call of a webhook.")
WEBHOOKS_DISABLED = _counter("etabli_webhooks_disabled_total", "Webhooks that were disabled, by why: given_up, gone.", "code")

SWEEPS = _counter("etabli_sweeps_total", "Sweeps of deadlines, by how they ended: done, failed.", "outcome")
SWEPT_FAILED = _counter(
    "etabli_swept_documents_failed_total", "Documents on which a sweep failed, and went on with the others.", "what"
)  # fmt: skip
SWEEP_SECONDS = _histogram("etabli_sweep_duration_seconds", ANSWERS, "One sweep.")


def observe_delay(histogram: Histogram, time: datetime, clock: Clock | None) -> None:
    """How long ago an event was told. A simulated clock tells nothing of that: nothing is observed."""
    if clock and not clock.simulated:
        histogram.observe(max(0.0, (real_now() - time).total_seconds()))


@contextmanager
def refusals_counted(aggregate: str, decision: str) -> Iterator[None]:
    """Count what a rule refuses here, under the decision that was asked for. That a server is away is no rule's."""
    try:
        yield
    except (Invalid, NotFound, Refused) as error:
        DECISIONS.labels(aggregate, decision, "refused").inc()
        REFUSALS.labels(aggregate, decision, error.code).inc()
        raise


def name_of(decision: Callable[..., Any]) -> str:
    """A decision by the verb that names its function."""
    while isinstance(decision, partial):
        decision = decision.func
    return getattr(decision, "__name__", type(decision).__name__)
