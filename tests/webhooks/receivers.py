"""Somebody's server, which webhooks are sent to: real sockets, that answer what the test says."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook


@dataclass(frozen=True)
class Got:
    """One call, as it came."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def said(self) -> dict[str, Any]:
        said: dict[str, Any] = orjson.loads(self.body)
        return said

    def verified(self, secret: str) -> dict[str, Any]:
        """What it says, once its signature holds; as a receiver does it, by the library."""
        said: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return said


Answer = int | bytes | None
"""A status, a whole answer as it is written, or none at all."""
Answers = Callable[[Got], Answer | Awaitable[Answer]]


@dataclass
class Receiver:
    """What came so far, and what is answered."""

    answers: Answers = lambda _got: 204
    got: list[Got] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"
    host: str = "localhost"
    at_once: int = 0
    most_at_once: int = 0

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}/hook"

    def ids(self) -> list[str]:
        return [got.id for got in self.got]

    async def until(self, true: Callable[[], object], *, within: float = 30) -> None:
        async with asyncio.timeout(within):
            while not true():
                await asyncio.sleep(0.02)

    async def until_got(self, count: int, *, within: float = 30) -> list[Got]:
        await self.until(lambda: len(self.got) >= count, within=within)
        return self.got

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            got = await _read(reader)
            self.got.append(got)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            try:
                answer = self.answers(got)
                await self._write(writer, answer if isinstance(answer, int | bytes | None) else await answer)
            finally:
                self.at_once -= 1
        writer.close()

    async def _write(self, writer: asyncio.StreamWriter, answer: Answer) -> None:
        if isinstance(answer, int):
            answer = f"HTTP/1.1 {answer} Said\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()
        if answer is not None:
            writer.write(answer)
            await writer.drain()


@asynccontextmanager
async def receiving(
    answers: Answers = lambda _got: 204, *, tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[Receiver]:
    """A server of somebody's on this machine."""
    receiver = Receiver(answers, scheme="https" if tls else "http")
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", port, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()


async def _read(reader: asyncio.StreamReader) -> Got:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    return Got(head[0].split(" ")[1], headers, await reader.readexactly(int(headers["content-length"])))


def certificates(folder: Path, *names: str) -> tuple[ssl.SSLContext, Path]:
    """What a server of these names shows, and the CA by which it is believed."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("Une autorité", ca_key, "Une autorité", ca_key, ca=True)
    leaf = _certificate(names[0], key, "Une autorité", ca_key, names=names)
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(private + leaf.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context, folder / "ca.pem"


def _certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey, *, names: tuple[str, ...] = (),
    ca: bool = False,
) -> x509.Certificate:  # fmt: skip
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject)).issuer_name(_name(issuer)).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )  # fmt: skip
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([*map(x509.DNSName, names)]), critical=False)
    if ca:
        builder = builder.add_extension(x509.KeyUsage(*_SIGNS_CERTIFICATES), critical=True)
    return builder.sign(by, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


_SIGNS_CERTIFICATES = (True, False, False, False, False, True, True, False, False)


def in_turn(*answers: Answer) -> Answers:
    """These answers, one after the other, then 204."""
    left: Iterator[Answer] = iter(answers)
    return lambda _got: next(left, 204)
