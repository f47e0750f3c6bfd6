"""Settings of every service, from the environment."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal, NoReturn, TypeVar

from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.kernel.addresses import hosts_in, is_closed, is_loopback
from shared.kernel.identifiers import to_email
from shared.kernel.secrets import PasswordFile
from shared.persistence.driver import Login


class Settings(BaseSettings):
    """Where the servers and keys are, and how long things may take. A service adds its own knobs in a subclass."""

    model_config = SettingsConfigDict(env_prefix="ETABLI_", env_ignore_empty=True, populate_by_name=True)

    host: str = Field("127.0.0.1", description="Where the service listens.")
    port: int = Field(8000, description="Its port.")
    kafka: str = Field(
        "127.0.0.1:9092", validation_alias=AliasChoices("KAFKA_BOOTSTRAP_SERVERS"), description="Brokers, HOST:PORT, by commas."
    )
    kafka_user: str | None = Field(None, description="Who we are to Kafka (SASL/SCRAM-SHA-512); without it, nobody.")
    kafka_password_file: Path | None = Field(None, description="That user's password; read again at each connection.")
    kafka_ca_file: Path | None = Field(None, description="The CA of the brokers' certificates: with it, TLS (SASL_SSL).")
    mongodb: str = Field(
        "mongodb://127.0.0.1:27017/?replicaSet=rs0",
        validation_alias=AliasChoices("MONGODB_URL"),
        description="A replica set, of one member at least: decisions are transactions.",
    )
    mongodb_user: str | None = Field(None, description="Who we are to MongoDB, a user of our own database; without it, nobody.")
    mongodb_password_file: Path | None = Field(None, description="That user's password; read again where it is refused.")
    mongo_driver: Literal["motor", "pymongo"] = Field("motor", description="Motor, or PyMongo's own asynchronous client.")
    jwks_file: Path = Field(description="The public keys that tokens are checked with (JWKS).")
    revoked_file: Path | None = Field(
        None, description="The ids (`jti`) of revoked tokens, one a line; read again as it changes."
    )
    secret_file: Path = Field(
        description="The service's secrets, 32 bytes or more a line: the first seals, each opens, the last keys the hashes."
    )
    instance: str = Field("0", description="The number of this replica: with the service's name, its static id in the group.")
    simulated: bool = Field(False, description="The clock stands where the demo puts it; pages say « données simulées ».")
    simulated_start: str = Field("2021-01-04T08:00:00+00:00", description="Where a new simulated clock stands.")

    outbox_limit: int = Field(20_000, description="Untold documents beyond which the service says it is not ready.")
    session_timeout: int = Field(15, description="Seconds without a heartbeat before the group gives the partitions away.")
    park_after: int = Field(4, description="Tries of a message that fails on healthy servers.")
    max_backoff: float = Field(5.0, description="Seconds, the cap of every retry's backoff.")
    sweep_every: float = Field(30.0, description="Seconds between two sweeps of deadlines.")
    stop_grace: float = Field(6.0, description="Seconds that background work has to end when the service stops.")
    body_limit: int = Field(1_000_000, description="Bytes, the largest request body.")
    rate_per_organisation: int = Field(6_000, ge=0, description="Requests a minute of one organisation, per replica; 0: any.")
    items_per_organisation: int = Field(
        20_000, ge=0, description="Items a minute that one organisation sends in batches, per replica; 0: any."
    )
    rate_per_address: int = Field(12_000, ge=0, description="Requests a minute from one address, per replica; 0: any.")
    streams: int = Field(1_000, ge=0, description="Streams (SSE) that are open at once, per replica.")
    streams_per_organisation: int = Field(100, ge=0, description="Those of one organisation.")
    streams_per_tenant: int = Field(10, ge=0, description="Those in which an agency or a school follows its own events.")
    heartbeat_every: float = Field(15.0, gt=0, description="Seconds after which a silent stream says that it is there.")
    webhooks_per_tenant: int = Field(5, ge=1, le=50, description="Webhooks that an agency or a school may have.")
    webhooks_at_once: int = Field(8, ge=1, description="Messages that one webhook is sent side by side.")
    webhooks_first_wait: float = Field(5.0, gt=0, description="Seconds until what a webhook did not take is sent again.")
    webhooks_give_up_hours: float = Field(72.0, gt=0, description="Hours of failures after which a webhook is disabled.")
    webhooks_ca_file: Path | None = Field(None, description="A CA beside those of the web, whose certificates webhooks may have.")
    webhooks_to_loopback: bool = Field(
        False,
        description="For a playground alone: webhooks may be http and lead to this machine. Not where others reach it.",
    )
    headers_within: float = Field(10.0, gt=0, description="Seconds in which the headers of a request come.")
    body_within: float = Field(30.0, gt=0, description="Seconds in which its body comes.")
    answer_within: float = Field(600.0, gt=0, description="Seconds until its answer begins, or it is given up.")
    read_within: float = Field(30.0, gt=0, description="Seconds in which something of an answer is read, or it is cut off.")
    version: str = Field("unknown", description="What runs here, as the image says it, for `etabli_build_info`.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    smtp_host: str | None = Field(None, description="The mail server of notices; without it, there are none.")
    smtp_port: int = Field(587, ge=1, le=65_535, description="Its port.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field("starttls", description="How the way to it is closed: 465 is `tls`.")
    smtp_sender: str | None = Field(None, description="The address that notices come from.")
    smtp_user: str | None = Field(None, description="Who we are to it; without it, nobody.")
    smtp_password_file: Path | None = Field(None, description="That user's password; read again at each connection.")
    smtp_ca_file: Path | None = Field(None, description="The CA of its certificate, where it is none that machines know.")
    notices_link: str | None = Field(None, description="The address at which one reads what a notice announces.")
    notices_hour: int = Field(7, ge=0, le=23, description="The hour, in Paris, of the notices that come once a day.")
    notices_apart: float = Field(600.0, ge=0, description="Seconds between two notices to a person who is told at once.")

    trusted_proxies: str = Field("", description="Addresses, networks and hosts, by commas, whose `X-Forwarded-*` are believed.")
    signed_in_hours: int = Field(8, ge=1, le=24, description="Hours that a sign-in on the pages lasts.")
    oidc_issuer: str | None = Field(None, description="The OpenID provider that people sign in with; without it, one-time links.")
    oidc_client_id: str | None = Field(None, description="Who we are to it.")
    oidc_client_secret_file: Path | None = Field(None, description="Our secret there, as it gave it; read again at each use.")
    oidc_claims_file: Path | None = Field(
        None,
        description="What its claims give (YAML: deploy/claims.example.yaml); read again as it changes.",
    )
    oidc_scopes: str = Field("openid profile email", description="What we ask it to tell of a person.")
    oidc_name: str = Field("votre compte professionnel", description="What people call it: « Se connecter avec … ».")

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """What seals, and keys the hashes that must not be guessable. The latest first; ValueError where one is too short."""
        secrets = tuple(map(bytes.strip, self.secret_file.read_bytes().strip().split(b"\n")))
        if any(len(secret) < 32 for secret in secrets):
            raise ValueError("A secret must be 32 bytes or more.")
        return secrets

    def lacking(self) -> list[str]:
        """The settings that others make necessary: of a provider, of a mail server, all or none."""
        of_provider = {
            "oidc_issuer": self.oidc_issuer, "oidc_client_id": self.oidc_client_id,
            "oidc_client_secret_file": self.oidc_client_secret_file, "oidc_claims_file": self.oidc_claims_file,
        }  # fmt: skip
        of_mail = {"smtp_host": self.smtp_host, "smtp_sender": self.smtp_sender}
        of_sender = {"smtp_user": self.smtp_user, "smtp_password_file": self.smtp_password_file}
        together = [some for some in (of_provider, of_mail, of_sender) if any(some.values())]
        return [name for some in together for name, said in some.items() if not said]

    def unreadable(self) -> list[str]:
        """The settings that name a file which cannot serve. A service that reads files of its own adds them."""
        files = {"jwks_file": self.jwks_file, "revoked_file": self.revoked_file, "kafka_ca_file": self.kafka_ca_file}
        files["smtp_ca_file"] = self.smtp_ca_file
        files["webhooks_ca_file"] = self.webhooks_ca_file
        passwords = {
            name: partial(_password, file)
            for name, user, file in (
                ("kafka_password_file", self.kafka_user, self.kafka_password_file),
                ("mongodb_password_file", self.mongodb_user, self.mongodb_password_file),
                ("smtp_password_file", self.smtp_user, self.smtp_password_file),
            )
            if user
        }
        return [
            *(name for name, file in files.items() if file and not file.is_file()),
            *self.wrong_where(secret_file=lambda: self.secrets, **passwords),
            *self.wrong_where(webhooks_to_loopback=lambda: not self.webhooks_to_loopback or is_loopback(self.host)),
            *self.wrong_where(trusted_proxies=lambda: (hosts_in(self.trusted_proxies), True), **self._of_provider()),
            *self.wrong_where(smtp_tls=self._closes_the_way_of_a_password, smtp_sender=self._names_a_sender),
        ]

    def _of_provider(self) -> dict[str, Callable[[], object]]:
        """What is read of a provider's settings, where there is one."""
        issuer, secret = self.oidc_issuer, self.oidc_client_secret_file
        if not (issuer and secret):
            return {}
        return {"oidc_issuer": lambda: is_closed(issuer), "oidc_client_secret_file": lambda: secret.read_text().strip()}

    def _closes_the_way_of_a_password(self) -> bool:
        return not self.smtp_user or self.smtp_tls != "none" or is_loopback(self.smtp_host or "")

    def _names_a_sender(self) -> bool:
        return self.smtp_sender is None or bool(to_email(self.smtp_sender))

    @property
    def mongodb_login(self) -> Login | None:
        """Who the service is to MongoDB; None where it says nothing of that."""
        user, file = self.mongodb_user, self.mongodb_password_file
        return Login(user, file) if user and file else None

    @staticmethod
    def wrong_where(**read: Callable[[], object]) -> list[str]:
        """The names of those that cannot be read."""
        return [name for name, reading in read.items() if not _reads(reading)]


SettingsT = TypeVar("SettingsT", bound=Settings)


def from_environment(kind: type[SettingsT]) -> SettingsT:
    """The settings that the environment variables make. Where they lack or are wrong, says which and exits 2."""
    try:
        settings = kind()
        missing = [_variable(kind, (name,)) for name in settings.lacking()]
        wrong = [_variable(kind, (name,)) for name in settings.unreadable()]
    except ValidationError as error:
        missing = sorted({_variable(kind, one["loc"]) for one in error.errors() if one["type"] == "missing"})
        wrong = sorted({_variable(kind, one["loc"]) for one in error.errors() if one["type"] != "missing"})
    if missing:
        stop_before_start(f"Il manque {' et '.join(missing)} dans l’environnement : le service ne peut pas démarrer.")
    if wrong:
        stop_before_start(f"La valeur de {' et de '.join(wrong)} ne convient pas : le service ne peut pas démarrer.")
    return settings


def _password(file: Path | None) -> str:
    return PasswordFile(file).read() if file else ""


def _reads(reading: Callable[[], object]) -> bool:
    try:
        return bool(reading())
    except (OSError, ValueError):
        return False


def _variable(kind: type[Settings], place: tuple[int | str, ...]) -> str:
    """The environment variable of a field, found by its name or by its alias."""
    name = str(place[0])
    return f"{kind.model_config['env_prefix']}{name}".upper() if name in kind.model_fields else name


def stop_before_start(sentence: str) -> NoReturn:
    """Say what keeps a service from starting, and exit 2."""
    print(sentence, file=sys.stderr)
    raise SystemExit(2)
