"""Mail: one server, by SMTP. Who is refused for good, who for now, and whether it is the server that is away, are told apart."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)  # fmt: skip
from aiosmtplib.errors import SMTPAuthenticationError, SMTPDataError, SMTPHeloError, SMTPNotSupported, SMTPServerDisconnected

from shared.kernel.clock import real_now
from shared.kernel.secrets import PasswordFile, Unreadable
from shared.settings import Settings

PERMANENT = 500
MAIL_ERRORS = (SMTPException, OSError)
"""What a mail server, or the way to it, may raise."""


@dataclass(frozen=True)
class Mail:
    """A message to one address. `id` is its own: sent again, it has the same."""

    id: str
    to: str
    subject: str
    body: str


class AddressRefused(Exception):
    """The server will never deliver to this address. `code` is its own number."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class NotNow(Exception):
    """The server answers, and does not take this message now."""


class CutOff(OSError):
    """The connection ended in the midst of this message, which the server may have."""


@dataclass(frozen=True)
class Mailer:
    """A mail server, and who we are to it."""

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"]
    sender: str
    user: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    timeout: float = 20.0

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["Connection"]:
        """A connection, for several messages. Raises one of MAIL_ERRORS."""
        password = PasswordFile(self.password_file).read() if self.user and self.password_file else None
        client = SMTP(
            hostname=self.host, port=self.port, use_tls=self.tls == "tls", start_tls=self.tls == "starttls",
            username=self.user, password=password, timeout=self.timeout,
            tls_context=None if self.tls == "none" else ssl.create_default_context(cafile=self.ca_file),
        )  # fmt: skip
        async with client:
            yield Connection(client, self.sender)


def mailer_of(settings: Settings) -> Mailer | None:
    """The mail server of a service; None where none is set."""
    if not (settings.smtp_host and settings.smtp_sender):
        return None
    return Mailer(
        settings.smtp_host, settings.smtp_port, settings.smtp_tls, settings.smtp_sender, settings.smtp_user,
        settings.smtp_password_file, settings.smtp_ca_file,
    )  # fmt: skip


@dataclass(frozen=True)
class Connection:
    """What messages are handed over by."""

    client: SMTP
    sender: str

    async def send(self, mail: Mail) -> None:
        """Hand one over: it is the server's from then on. Raises AddressRefused, NotNow, CutOff, or one of MAIL_ERRORS."""
        try:
            await self.client.send_message(_written(mail, self.sender), sender=self.sender, recipients=[mail.to])
        except SMTPRecipientsRefused as error:
            code = error.recipients[0].code
            raise (AddressRefused(code) if code >= PERMANENT else NotNow()) from None
        except SMTPRecipientRefused as error:
            raise (AddressRefused(error.code) if error.code >= PERMANENT else NotNow()) from None
        except (SMTPServerDisconnected, TimeoutError):
            raise CutOff from None
        except SMTPDataError:
            raise NotNow from None  # of what it says, or of now: no word on the address


def is_refused(error: BaseException) -> bool:
    """Whether the server answers, and will have nothing of us: waiting heals nothing."""
    if isinstance(error, SMTPAuthenticationError | SMTPHeloError | SMTPSenderRefused):
        return error.code >= PERMANENT
    if isinstance(error, SMTPNotSupported | Unreadable | ssl.SSLCertVerificationError):
        return True
    return isinstance(error.__cause__, ssl.SSLCertVerificationError) or (
        isinstance(error, SMTPResponseException) and error.code >= PERMANENT
    )


def _written(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage(policy=WIRE)
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Date"], message["Message-ID"] = format_datetime(real_now()), mail.id
    message["Auto-Submitted"], message["X-Auto-Response-Suppress"] = "auto-generated", "All"
    message.set_content(mail.body)
    return message
