"""A webhook as its tenant set it up, and as it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from shared.persistence.writes import Row
from shared.webhooks.course import Hold, Place


@dataclass(frozen=True)
class Secret:
    """What its messages are signed with; until an instant, once another has taken its place."""

    text: str
    until: datetime | None = None


@dataclass(frozen=True)
class Disabled:
    """Since when and why nothing is sent any more, since when its receiver had failed, and what it had answered."""

    at: datetime
    code: str
    since: datetime
    result: str
    status: int | None = None


@dataclass(frozen=True)
class Start:
    """From where on a webhook is to be sent what its tenant was told, until that is found in the topic.

    All that was written from the instant on, and whatever comes after `known`, up to which all was acknowledged. Of what came
    before that, what was told before `told_since` is not sent again.
    """

    instant: datetime
    known: int | None = None
    told_since: datetime | None = None


@dataclass(frozen=True)
class Webhook:
    """An address to which a tenant has what it is told sent."""

    id: str
    tenant: str
    url: str
    secrets: tuple[Secret, ...]
    registered_at: datetime
    start: Start
    place: Place | None = None
    """Where it stands; None until its start is found."""
    disabled: Disabled | None = None
    version: int = 1
    """Rises with whatever its tenant changes."""
    course: int = 1
    """Rises whenever its place is set anew: what an earlier course acknowledged is kept no more."""

    @property
    def uuid(self) -> UUID:
        return UUID(self.id)

    @property
    def failing_since(self) -> datetime | None:
        """Since when the oldest message that its receiver does not take fails; None where it takes all, or is sent none."""
        if self.disabled or not self.place:
            return None
        return min((hold.since for hold in self.place.holds.values()), default=None)

    @property
    def state(self) -> Literal["active", "failing", "disabled"]:
        if self.disabled:
            return "disabled"
        return "failing" if self.failing_since else "active"

    def good_secrets(self, now: datetime) -> Sequence[str]:
        """Those to sign with, the latest first."""
        return [secret.text for secret in self.secrets if secret.until is None or now < secret.until]


def row_of_place(place: Place) -> Row:
    """A place as it is kept."""
    holds = [{"key": key, **asdict(hold)} for key, hold in place.holds.items()]
    return {**asdict(place), "left": list(place.left), "suspects": sorted(place.suspects), "holds": holds}


def webhook_of(row: Mapping[str, Any]) -> Webhook:
    """A webhook as it was kept, opened."""
    return Webhook(
        id=row["_id"], tenant=row["tenant"], url=row["url"], secrets=tuple(map(_secret, row["secrets"])),
        registered_at=row["registered_at"], start=Start(**row["start"]), place=_place(row["place"]) if row["place"] else None,
        disabled=Disabled(**row["disabled"]) if row["disabled"] else None, version=row["version"], course=row["course"],
    )  # fmt: skip


def row_of_secrets(secrets: Sequence[Secret]) -> list[Row]:
    """Secrets as they are sealed."""
    return [{"text": one.text, "until": one.until.isoformat() if one.until else None} for one in secrets]


def _secret(row: Mapping[str, Any]) -> Secret:
    return Secret(row["text"], datetime.fromisoformat(row["until"]).astimezone(UTC) if row["until"] else None)


def _place(row: Mapping[str, Any]) -> Place:
    holds = {one["key"]: Hold(**{name: value for name, value in one.items() if name != "key"}) for one in row["holds"]}
    return Place(**{**row, "left": tuple(row["left"]), "suspects": frozenset(row["suspects"]), "holds": holds})
