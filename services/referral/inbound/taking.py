"""A batch of an agency's topic taken in: each record accepted, known already, or rejected in the words of POST /referrals."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import structlog
from opentelemetry.trace import SpanKind

from services.referral.inbound.wire import Unfit, item_of, unfit
from services.referral.store import Store
from services.referral.store.rejections import Rejected, rejection_id_of
from services.referral.use_cases.intake import Verdict, take_in
from shared.events.message import DELETED, ConsumerRecord
from shared.kernel.caller import Caller
from shared.kernel.errors import Problem, Unavailable
from shared.kernel.retry import Outage, until_answered
from shared.kernel.tracing import span
from shared.messaging.topics import INBOUND
from shared.metrics import HANDLED, HANDLING_SECONDS, LOST, REJECTED, WAITING
from shared.persistence.failures import is_transient
from shared.web.refusals import Refusal, by_a_rule

log = structlog.get_logger()
EVERY = INBOUND.rstrip(".")
"""All agencies' topics together, in metrics and traces: no series, no name of a span is of one."""
Records = Sequence[ConsumerRecord]


def agency_of(topic: str) -> str:
    """Who speaks on a topic."""
    return topic.removeprefix(INBOUND)


async def take(store: Store, topic: str, records: Records, *, limit: int, max_backoff: float) -> None:
    """Take records of a topic in for good, in their order. While a server is away it is waited for: that rejects nothing."""
    outage = Outage(log, "inbound.server", changed=WAITING.set, fields={"topic": topic})
    taking = partial(_take, store, agency_of(topic), records, limit)
    with span(f"{EVERY} process", SpanKind.CONSUMER), HANDLING_SECONDS.labels(EVERY).time():
        outcomes = await until_answered(taking, on=_is_a_server_s, limit=max_backoff, outage=outage)
    for outcome, count in outcomes.items():
        HANDLED.labels(EVERY, outcome).inc(count)


async def _take(store: Store, agency: str, records: Records, limit: int) -> Counter[str]:
    """How many of each outcome. What was rejected when it was first heard stays so, whatever it would be answered now."""
    before = await store.rejections.known(agency, map(rejection_id_of, records))
    fresh = [record for record in records if rejection_id_of(record) not in before]
    read = [(record, _read(record, limit)) for record in fresh]
    asked = [(record, item) for record, item in read if not isinstance(item, Refusal)]
    verdicts = await _verdicts(store, agency, [item for _, item in asked])
    rejected = [Rejected(record, refusal) for record, refusal in read if isinstance(refusal, Refusal)]
    judged = zip(asked, verdicts, strict=True)
    rejected += [Rejected(record, verdict.refusal) for (record, _), verdict in judged if verdict.refusal]
    rejected.sort(key=lambda one: one.record.offset)  # as they are told to the agency
    await store.rejections.keep(agency, rejected)
    for one in rejected:
        _say(one)
    outcomes = Counter[str](verdict.outcome for verdict in verdicts if not verdict.refusal)
    return outcomes + Counter(rejected=len(rejected), again=len(records) - len(fresh))


async def _verdicts(store: Store, agency: str, items: Sequence[Any]) -> Sequence[Verdict]:
    """One for each. Where something fails on healthy servers, each alone: it is one item's, and takes no other with it."""
    try:
        return await take_in(store, _speaker(agency), items) if items else []
    except Exception as error:
        if _is_a_server_s(error):
            raise
        if len(items) > 1:
            return [verdict for item in items for verdict in await _verdicts(store, agency, [item])]
        return [Verdict("refused", refusal=_refusal(error))]


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, Problem):
        return by_a_rule(error)
    log.error("inbound.bug", error=type(error).__name__)
    return unfit("bug", status=500).refusal


def _speaker(agency: str) -> Caller:
    """An agency's own software, known by its topic alone."""
    return Caller(sub="kafka", kind="agency", tenant=agency, role="counsellor")


def _read(record: ConsumerRecord, limit: int) -> Any:
    """What is asked in a record, or why nothing can be."""
    try:
        return item_of(record, limit=limit)
    except Unfit as unfit:
        return unfit.refusal


def _say(one: Rejected) -> None:
    REJECTED.labels(one.refusal.code).inc()
    log.info("inbound.rejected", coordinates=one.record.coordinates, code=one.refusal.code)
    if one.record.fault == DELETED:
        LOST.labels(EVERY).inc(one.record.count)
        log.error("inbound.records_lost", coordinates=one.record.coordinates, count=one.record.count)


def _is_a_server_s(error: Exception) -> bool:
    return is_transient(error) or isinstance(error, Unavailable)
