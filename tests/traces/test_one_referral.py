"""One trace on the real stack: from an agency's POST through the outbox, Kafka and each handler, to the row."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from deploy.local.keys import keys_in, sign
from deploy.local.stack import Stack, running_stack
from services.enrolment import handlers as enrolment
from services.referral import handlers as referral
from shared.events import EVENTS
from shared.kernel.clock import real_now
from tests.end_to_end.marked import found_in, marked
from tests.enrolment.life import PROGRAMME, SCHOOL, THIS_YEAR
from tests.referral.builders import CIO, a_referral, an_identity
from tests.traces.receiver import Receiver, Span, drawn, receiving

pytestmark = pytest.mark.slow
THEIRS, THEIR_SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
FROM_OUTSIDE = {
    "traceparent": f"00-{THEIRS}-{THEIR_SPAN}-00", "tracestate": "vendor=Zelie-Quintard", "baggage": "name=Zelie-Quintard",
}  # fmt: skip
SUBMITTED = "fr.etabli.referral.referral.submitted.v1"
FARTHEST, TOLD = ("reporting", "etabli.enrolment process"), 4
"""What enrolment tells of somebody new, in how many messages: an application, where it stands, when it is due, the wishes."""
QUIET = 1.5
"""Seconds without another span: each process sends its own within a fifth of one."""


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture(scope="module")
def stack(receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole stack, whose spans go there, with a school that may be wished for."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint)
        environment.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        environment.setenv("ETABLI_SIMULATED_START", "2025-09-01T06:00:00+00:00")
        with running_stack(tmp_path_factory.mktemp("traced"), simulated=True) as running:
            open_school(running, receiver)
            yield running


def ask(stack: Stack, scope: str, method: str, path: str, headers: Any = None, **body: Any) -> Any:
    service, _, rest = path.partition("/")
    token = sign(keys_in(stack.data).private, scope, sub="someone", now=real_now(), lifetime=timedelta(hours=1))
    address, said = f"{stack.addresses.services[service]}/{rest}", {"Authorization": f"Bearer {token}", **(headers or {})}
    answer = httpx.request(method, address, headers=said, json=body or None, timeout=60, trust_env=False)
    assert answer.status_code < 300, answer.text
    return answer.json()


def open_school(stack: Stack, receiver: Receiver) -> None:
    ask(stack, "admin", "PUT", f"referral/agencies/{CIO}", kind="cio", name="CIO", department="39")
    ask(stack, "admin", "PUT", "enrolment/schools/dole", **SCHOOL)
    ask(stack, "admin", "PUT", "enrolment/schools/dole/programmes/dole-cap-serrurerie", **PROGRAMME)
    intake = {"school": "dole", "programme": "dole-cap-serrurerie", "seats": 9, **THIS_YEAR}
    ask(stack, "school:dole:head", "POST", "enrolment/intakes", **intake)
    receiver.until(lambda: any(one["programmes"] for one in ask(stack, "admin", "GET", "referral/schools")["items"]))


def test_one_trace_goes_from_a_post_to_the_rows(stack: Stack, receiver: Receiver) -> None:
    refer(stack, "first")
    spans = whole(receiver)
    post = one(spans, "referral", "POST /referrals")
    assert (post.parent, post.kind, post.attributes["http.response.status_code"]) == (THEIR_SPAN, "server", 201)
    asked = {span.name for span in spans if span.parent == post.id and span.kind == "client"}
    assert asked >= {"etabli_referral.find", "admin.commitTransaction"}, drawn(spans)
    sent = one(spans, "referral", "etabli.referral send", under=post)
    assert sent.kind == "producer"
    assert one(spans, "reporting", "etabli.referral process", under=sent).kind == "consumer"
    heard = one(spans, "enrolment", "etabli.referral process", under=sent)
    assert heard.attributes["cloudevents.event_type"] == SUBMITTED
    told = [span for span in spans if span.parent == heard.id and span.name == "etabli.enrolment send"]
    assert len(told) == TOLD
    for send in told:
        type = one(spans, "reporting", "etabli.enrolment process", under=send).attributes["cloudevents.event_type"]
        for service, handlers in (("referral", referral.HANDLERS), ("enrolment", enrolment.HANDLERS)):
            heard_by = [span for span in spans if (span.service, span.name, span.parent) == (service, FARTHEST[1], send.id)]
            assert len(heard_by) == (EVENTS[type] in handlers), (service, type)
    assert {span.service for span in spans if span.name == "etabli.outbound.dole send"} == {"enrolment"}
    assert {span.service for span in spans if span.name == f"etabli.outbound.{CIO} send"} == {"referral"}
    written = [span for span in spans if span.service == "reporting" and span.attributes.get("db.system.name") == "mongodb"]
    assert {span.attributes["db.collection.name"] for span in written} >= {"rows_1.referrals", "rows_1.applications"}
    ids = {span.id for span in spans}
    assert [span for span in spans if span.parent not in ids] == [post], drawn(spans)


def test_the_trace_goes_on_when_the_relay_dies_between_the_write_and_the_send(stack: Stack, receiver: Receiver) -> None:
    trace = "1" * 32
    kafka = stack.processes["kafka"].pid
    os.killpg(kafka, signal.SIGSTOP)
    try:
        refer(stack, "second", {"traceparent": f"00-{trace}-{THEIR_SPAN}-01"})
        receiver.until(lambda: [span for span in receiver.of(trace) if span.name == "POST /referrals"])
        stack.kill("referral")
    finally:
        os.killpg(kafka, signal.SIGCONT)
    spans = whole(receiver, trace)
    post = one(spans, "referral", "POST /referrals")
    sends = [span.id for span in spans if span.name == "etabli.referral send" and span.parent == post.id]
    heard = [span.parent for span in spans if (span.service, span.name) == ("enrolment", "etabli.referral process")]
    assert set(heard) & set(sends)  # it may have been sent twice, and is then heard twice, to no effect
    stack.wait_ready("referral")


def test_nothing_that_a_client_wrote_is_in_any_span(stack: Stack, receiver: Receiver) -> None:
    for number in range(3):
        ask(stack, f"agency:{CIO}", "POST", "referral/referrals", **marked(a_referral(external_id="x"), number))
    address, hostile = f"{stack.addresses.services['referral']}/Quxvolt?name=Quxvolt", {"host": "quxvolt", "x": "Quxvolt"}
    assert httpx.get(address, headers=hostile, trust_env=False).status_code == 404
    receiver.until(lambda: [span for span in receiver.spans if span.name == "GET"])
    receiver.until(lambda: len([span for span in receiver.spans if span.name == "POST /referrals"]) == 5)
    everything = b"".join(receiver.bodies)
    assert b"POST /referrals" in everything
    assert found_in([everything]) == set()
    assert [word for word in (b"Zelie", b"db.statement", b"db.query", b"url.path", b"exception") if word in everything] == []


def test_no_span_is_made_of_what_is_only_read_nor_of_what_is_rebuilt(stack: Stack, receiver: Receiver) -> None:
    def folded() -> int:
        return len([span for span in receiver.spans if span.service == "reporting" and span.name.endswith(" process")])

    before = -1
    while before < (before := folded()):
        time.sleep(2 * QUIET)
    ask(stack, "admin", "POST", "reporting/admin/rebuild")
    receiver.until(lambda: not ask(stack, "admin", "GET", "reporting/admin/rebuild")["running"])
    time.sleep(QUIET)
    assert folded() == before > 0
    assert [span for span in receiver.spans if span.name.endswith(" receive")] == []
    roots = {span.name for span in receiver.spans if not span.parent and span.kind in ("client", "producer")}
    assert roots == set()


def refer(stack: Stack, name: str, headers: dict[str, str] = FROM_OUTSIDE) -> None:
    somebody = an_identity(family_name=f"Quintard-{name}")
    ask(stack, f"agency:{CIO}", "POST", "referral/referrals", headers, **a_referral(external_id=name, identity=somebody))


def whole(receiver: Receiver, trace: str = THEIRS) -> list[Span]:
    """Every span of the trace, once what enrolment told of it has reached the rows and nothing more comes."""
    receiver.until(lambda: len([span for span in receiver.of(trace) if (span.service, span.name) == FARTHEST]) >= TOLD)
    count = -1
    while count < (count := len(receiver.of(trace))):
        time.sleep(QUIET)
    return receiver.of(trace)


def one(spans: list[Span], service: str, name: str, *, under: Span | None = None) -> Span:
    """The one span of that service and name, beneath another if one is named."""
    (found,) = [
        span for span in spans if (span.service, span.name) == (service, name) and (under is None or span.parent == under.id)
    ]
    return found
