"""A real mail server on this machine, which keeps what it was handed and refuses what it is told to refuse."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.local.ports import HOST
from shared.kernel.clock import real_now

PASSWORD = "the-password"


@dataclass
class MailServer:
    """What it took, in order. `refusing` says what it answers: by a recipient's address, to each by `*`, to a text by `data`."""

    port: int = 0
    took: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refusing: dict[str, str] = field(default_factory=dict)
    cut_off: int = 0
    """So many messages are taken, and their sender is cut off before it hears so."""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if answer := self.refusing.get(address) or self.refusing.get("*"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        if answer := self.refusing.get("data"):
            return answer
        read = message_from_bytes(envelope.content.replace(b"\r\n", b"\n"), policy=default)
        assert isinstance(read, EmailMessage)
        self.took += [(to, read) for to in envelope.rcpt_tos]
        if self.cut_off:
            self.cut_off -= 1
            server.transport.abort()
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """What it took for an address."""
        return [message for to, message in self.took if to == address]

    async def until(self, address: str, count: int, *, within: float = 20) -> list[EmailMessage]:
        """What it took for an address, once that is so many."""
        async with asyncio.timeout(within):
            while len(self.to(address)) < count:
                await asyncio.sleep(0.02)
        return self.to(address)


@asynccontextmanager
async def mail_server(*, port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[MailServer]:
    """A server that answers within; with TLS it takes nothing without, and from nobody who does not sign in."""
    kept = MailServer()
    signed_in = {"require_starttls": True, "auth_required": True, "authenticator": _knows}
    closed: dict[str, Any] = {"tls_context": tls, **signed_in} if tls else {}
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(kept, hostname="mail.test", **closed), HOST, port)
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        server.close()


def _knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, signed_in: LoginPassword) -> AuthResult:
    return AuthResult(success=signed_in == LoginPassword(b"etabli", PASSWORD.encode()), handled=False)


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Of this machine's address: what a server shows, and the CA file that a client trusts it by."""
    key, now = ec.generate_private_key(ec.SECP256R1()), real_now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    forms = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*forms))
    (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context, folder / "ca.pem"
