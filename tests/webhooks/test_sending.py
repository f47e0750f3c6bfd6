"""One call of a webhook: to the very address that was checked, signed, bounded, and no redirect followed."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from shared.kernel.addresses import Address
from shared.kernel.clock import real_now
from shared.webhooks.connecting import NotPublic, Outside
from shared.webhooks.resolving import Unresolved, resolve
from shared.webhooks.sending import LONGEST_RETRY_AFTER, Outcome, Result, Sender, seconds_of
from shared.webhooks.signing import secret_of, signed
from shared.webhooks.targets import target_of
from tests.webhooks.receivers import Answers, Receiver, certificates, in_turn, receiving

SECRET, OTHER = secret_of(b"a" * 32), secret_of(b"b" * 32)
BODY = '{"é": 1}'
HERE: Sequence[Address] = (ip_address("127.0.0.1"),)


async def here(_host: str) -> Sequence[Address]:
    return HERE


async def sent(url: str, *, sender: Sender | None = None, secrets: Sequence[str] = (SECRET,)) -> Outcome:
    sender = sender or Sender(resolve, here=True, within=2)
    now = real_now()
    return await sender.send(target_of(url, here=True), signed("id-1", now, BODY, secrets), BODY.encode(), now=now)


async def answered(answers: Answers) -> tuple[Outcome, Receiver]:
    async with receiving(answers) as receiver:
        return await sent(receiver.url), receiver


async def test_a_message_is_verified_by_the_library_and_its_id_and_instant_are_headers() -> None:
    async with receiving() as receiver:
        outcome = await sent(receiver.url + "?a=1")
    (got,) = receiver.got
    assert (outcome.result, outcome.status) == (Result.DELIVERED, 204)
    assert got.verified(SECRET) == {"é": 1}
    assert (got.target, got.id, got.headers["host"]) == ("/hook?a=1", "id-1", f"localhost:{receiver.port}")
    assert got.headers["content-type"] == "application/json"
    assert abs(int(got.headers["webhook-timestamp"]) - real_now().timestamp()) < 30


async def test_two_secrets_sign_at_once_and_a_third_does_not_verify() -> None:
    async with receiving() as receiver:
        await sent(receiver.url, secrets=(SECRET, OTHER))
    (got,) = receiver.got
    assert got.headers["webhook-signature"].count("v1,") == 2
    assert got.verified(SECRET) == got.verified(OTHER)
    with pytest.raises(WebhookVerificationError):
        got.verified(secret_of(b"c" * 32))


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, Result.DELIVERED), (202, Result.DELIVERED), (410, Result.GONE), (429, Result.THROTTLED),
        (301, Result.REDIRECTED), (307, Result.REDIRECTED), (400, Result.ANSWERED_NO), (500, Result.ANSWERED_NO),
    ],
)  # fmt: skip
async def test_what_is_answered_says_what_came_of_it(status: int, result: Result) -> None:
    outcome, receiver = await answered(in_turn(status))
    assert (outcome.result, outcome.status) == (result, status)
    assert len(receiver.got) == 1


async def test_no_redirect_is_followed() -> None:
    async with receiving() as other:
        moved = f"HTTP/1.1 302 Found\r\nlocation: {other.url}\r\ncontent-length: 0\r\n\r\n".encode()
        outcome, _ = await answered(in_turn(moved))
    assert outcome == Outcome(Result.REDIRECTED, 302, milliseconds=outcome.milliseconds)
    assert other.got == []


async def hang(_got: object) -> None:
    await asyncio.sleep(60)


@pytest.mark.parametrize("begun", [None, b"HTTP/1.1 103 Early Hints\r\n\r\n", b"HTTP/1.1 200 OK\r\nx-a: 1"])
async def test_who_does_not_answer_in_time_is_left(begun: bytes | None) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        while begun:
            writer.write(begun)
            await asyncio.sleep(0.1)
        await asyncio.sleep(60)

    server = await asyncio.start_server(lambda _reader, writer: drip(writer), "127.0.0.1", 0)
    async with server:
        started = asyncio.get_running_loop().time()
        sender = Sender(resolve, here=True, within=0.2)
        outcome = await sent(f"http://localhost:{server.sockets[0].getsockname()[1]}/", sender=sender)
        assert asyncio.get_running_loop().time() - started < 2
    assert outcome.result in (Result.TIMED_OUT, Result.UNREACHABLE)


async def test_an_answer_s_body_is_not_waited_for_nor_its_headers_without_end() -> None:
    endless = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n" + b"a" * 100_000
    assert (await answered(lambda _got: endless))[0].result is Result.DELIVERED
    outcome, _ = await answered(lambda _got: b"HTTP/1.1 200 OK\r\nx-a: " + b"a" * 300_000)
    assert outcome.result is Result.UNREACHABLE


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n", None])
async def test_who_speaks_no_http_is_unreachable(answer: bytes | None) -> None:
    assert (await answered(lambda _got: answer))[0].result is Result.UNREACHABLE


async def test_nobody_there_is_unreachable() -> None:
    async with receiving() as receiver:
        url = receiver.url
    assert (await sent(url)).result is Result.UNREACHABLE


async def test_tls_speaks_to_the_name_though_the_address_is_what_is_connected_to(tmp_path: Path) -> None:
    tls, ca = certificates(tmp_path, "partenaire.example")
    async with receiving(tls=tls) as receiver:
        receiver.host = "partenaire.example"
        trusting = Sender(here, here=True, ca_file=ca, within=2)
        assert (await sent(receiver.url, sender=trusting)).result is Result.DELIVERED
        assert receiver.got[0].headers["host"] == f"partenaire.example:{receiver.port}"
        receiver.host = "autre.example"
        assert (await sent(receiver.url, sender=trusting)).result is Result.UNTRUSTED
        receiver.host = "partenaire.example"
        assert (await sent(receiver.url, sender=Sender(here, here=True, within=2))).result is Result.UNTRUSTED
    assert len(receiver.got) == 1


async def test_a_name_that_leads_elsewhere_at_the_call_than_it_did_before_is_not_connected_to() -> None:
    async with receiving() as receiver:
        asked: list[str] = []

        async def rebound(host: str) -> Sequence[Address]:
            asked.append(host)
            return HERE

        outcome = await sent(receiver.url, sender=Sender(rebound, within=2))
        assert (outcome.result, receiver.got) == (Result.NOT_PUBLIC, [])
        assert asked == ["localhost"], "resolved once, and connected to what was resolved"


async def test_one_address_that_is_not_public_among_others_is_enough() -> None:
    async def both(_host: str) -> Sequence[Address]:
        return [ip_address("192.0.2.1"), ip_address("8.8.8.8"), ip_address("127.0.0.1")]

    with pytest.raises(NotPublic):
        await Outside(both).connect_tcp("x", 443)


async def test_a_name_that_leads_nowhere_is_said() -> None:
    async def nowhere(_host: str) -> Sequence[Address]:
        raise Unresolved

    assert (await sent("https://x.example/", sender=Sender(nowhere))).result is Result.UNRESOLVED


async def test_the_second_address_of_a_name_is_tried_where_the_first_does_not_answer() -> None:
    async def two(_host: str) -> Sequence[Address]:
        return [ip_address("127.0.0.2"), ip_address("127.0.0.1")]

    async with receiving() as receiver:
        assert (await sent(receiver.url, sender=Sender(two, here=True, within=2))).result is Result.DELIVERED


def test_how_long_to_wait_is_said_in_seconds_or_by_a_date() -> None:
    now = datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert seconds_of("120", now) == 120
    assert seconds_of("9" * 400, now) == LONGEST_RETRY_AFTER
    assert seconds_of(format_datetime(now + timedelta(hours=1), usegmt=True), now) == 3600
    assert seconds_of(format_datetime(now - timedelta(hours=1), usegmt=True), now) == 0
    assert [seconds_of(said, now) for said in ("", "soon", "-3", "1e9", "٣")] == [None] * 5


async def test_what_was_asked_for_by_the_receiver_is_in_the_outcome() -> None:
    outcome, _ = await answered(lambda _got: b"HTTP/1.1 503 Busy\r\nretry-after: 30\r\ncontent-length: 0\r\n\r\n")
    assert (outcome.status, outcome.retry_after) == (503, 30)


def test_a_secret_is_what_the_library_reads() -> None:
    assert SECRET.startswith("whsec_")
    assert Webhook(SECRET).sign("a", real_now(), "b") == Webhook(b"a" * 32).sign("a", real_now(), "b")
