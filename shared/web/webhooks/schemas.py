"""What is asked and answered about webhooks."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.strict import WHOLE, Day
from shared.web.webhooks.words import happened, said_of
from shared.webhooks.attempts import Attempt
from shared.webhooks.sending import Outcome, Result
from shared.webhooks.targets import LONGEST
from shared.webhooks.webhook import Webhook

Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST,
        description="https, sur Internet ; port 443, ou à partir de 1024.",
        examples=["https://partenaire.example/etabli"],
    ),
]
KEPT_HOURS = 24
MOST_KEPT_HOURS = 7 * 24


class WebhookRequest(BaseModel):
    """Where to send what this organisation is told."""

    model_config = ConfigDict(extra="forbid")
    url: Url


class RollRequest(BaseModel):
    """For how long the former secret signs beside the new one; 0 where it is feared known."""

    model_config = ConfigDict(extra="forbid")
    keep_hours: Annotated[
        int, Field(ge=0, le=MOST_KEPT_HOURS, description="Heures pendant lesquelles l’ancien secret signe aussi."), WHOLE
    ] = KEPT_HOURS


class ReplayRequest(BaseModel):
    """From which day on all is sent again."""

    model_config = ConfigDict(extra="forbid")
    since: Day = Field(description="Le premier jour, à Paris : il y a trente jours au plus.")


class WebhookResponse(BaseModel):
    """A webhook, how it is, and what to do about it. Its secret is never shown again."""

    webhook_id: UUID
    url: str
    state: Literal["active", "failing", "disabled"]
    says: str = Field(description="Ce qui s’est passé, depuis quand, ce qu’il faut faire.")
    since: datetime | None = Field(description="Depuis quand cela échoue, ou que c’est désactivé.")
    registered_at: datetime
    delivered_at: datetime | None = Field(description="Le dernier envoi accepté.")
    position: int | None = Field(description="Jusqu’où tout a été accepté, dans la numérotation de GET /stream.")
    former_secret_until: datetime | None = Field(description="Jusqu’à quand l’ancien secret signe aussi.")


class SecretResponse(WebhookResponse):
    """A webhook with its secret, shown this once."""

    secret: str = Field(description="Ce qui signe chaque envoi (Standard Webhooks) ; montré cette seule fois.")


class TrialResponse(BaseModel):
    """What came of a trial."""

    delivered: bool
    result: Result
    status: int | None
    milliseconds: int
    says: str


class AttemptResponse(BaseModel):
    """One call: what was sent (its id is the `webhook-id`), when, what was answered. No body is kept."""

    at: datetime
    event_id: str
    type: str
    delivered: bool
    result: Result
    status: int | None
    milliseconds: int
    says: str


def shown(webhook: Webhook, now: datetime) -> WebhookResponse:
    """A webhook as its tenant reads it."""
    place, off = webhook.place, webhook.disabled
    return WebhookResponse(
        webhook_id=webhook.uuid, url=webhook.url, state=webhook.state, says=said_of(webhook),
        since=off.at if off else webhook.failing_since, registered_at=webhook.registered_at,
        delivered_at=place.delivered_at if place else None, position=place.after if place else None,
        former_secret_until=webhook.secrets[1].until if len(webhook.good_secrets(now)) > 1 else None,
    )  # fmt: skip


def shown_once(webhook: Webhook, now: datetime) -> SecretResponse:
    """The same with its latest secret."""
    return SecretResponse(**dict(shown(webhook, now)), secret=webhook.secrets[0].text)


def shown_trial(outcome: Outcome) -> TrialResponse:
    """What came of a trial."""
    return TrialResponse(
        delivered=outcome.result is Result.DELIVERED, result=outcome.result, status=outcome.status,
        milliseconds=outcome.milliseconds, says=_sentence(outcome.result, outcome.status),
    )  # fmt: skip


def shown_attempt(attempt: Attempt) -> AttemptResponse:
    """One of its calls."""
    delivered = attempt.result == Result.DELIVERED
    return AttemptResponse(**vars(attempt), delivered=delivered, says=_sentence(attempt.result, attempt.status))


def _sentence(result: str, status: int | None) -> str:
    words = happened(result, status)
    return f"{words[0].upper()}{words[1:]}."
