"""A rolling upgrade: hearers before tellers, one replica at a time, back to the former image where one is not ready."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from deploy.local.errors import CannotRun
from deploy.upgrade.order import order_of, upgrade_order
from deploy.upgrade.rolling import Rolling
from shared.events import Event
from shared.events.applications import PlaceOffered
from shared.events.production import OrderReceived
from shared.events.referral import ReferralClosed, ReferralSubmitted


@dataclass
class Fake:
    """Two replicas of each; what is never ready, and how far who is behind, as they are looked at."""

    never_ready: Sequence[str] = ()
    behind: dict[str, list[int]] = field(default_factory=dict)
    did: list[str] = field(default_factory=list)
    images: dict[str, str] = field(default_factory=dict)

    def replicas(self, service: str) -> Sequence[str]:
        return [service, f"{service}-1"]

    def prepare(self, image: str) -> None:
        self.did.append(f"prepare {image}")

    def replace(self, replica: str, image: str) -> None:
        self.images[replica] = image
        self.did.append(f"{replica} {image}")

    def health(self, replica: str) -> str:
        return "exited" if f"{replica} {self.images[replica]}" in self.never_ready else "healthy"

    def last_words(self, replica: str) -> str:
        return f"{replica} on {self.images[replica]} says why"

    def lag(self) -> Mapping[str, int]:
        return {service: told.pop(0) if len(told) > 1 else told[0] for service, told in self.behind.items()}


def rolling(fake: Fake) -> Rolling:
    return Rolling(fake, "former", "new", wait=lambda _: fake.did.append("wait"))


def test_who_hears_is_upgraded_before_who_tells() -> None:
    assert upgrade_order() == ["reporting", "production", "referral", "enrolment"]


def test_of_two_that_hear_each_other_the_one_that_hears_the_most_kinds_goes_first() -> None:
    heard: dict[str, set[type[Event]]] = {
        "referral": {PlaceOffered},
        "enrolment": {ReferralSubmitted, ReferralClosed},
        "last": {PlaceOffered, OrderReceived},
    }
    assert order_of(heard) == ["last", "enrolment", "referral"]


def test_each_replica_is_replaced_once_the_one_before_is_ready_and_its_service_has_caught_up() -> None:
    fake = Fake(behind={"reporting": [0, 500, 300, 10]})
    rolling(fake).run(["reporting", "referral"])
    assert fake.did == [
        "prepare new", "reporting new", "wait", "wait", "reporting-1 new", "referral new", "referral-1 new"
    ]  # fmt: skip


def test_one_that_is_not_ready_goes_back_to_the_former_image_and_the_others_are_left_as_they_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fake = Fake(never_ready=["referral new"])
    with pytest.raises(CannotRun, match="s’arrête à referral, qui est de nouveau prêt"):
        rolling(fake).run(["reporting", "referral", "enrolment"])
    assert fake.images == {"reporting": "new", "reporting-1": "new", "referral": "former"}
    assert "referral on new says why" in capsys.readouterr().err


def test_a_service_that_stays_behind_stops_the_upgrade_and_says_so() -> None:
    fake = Fake(behind={"reporting": [0, 500]})
    with pytest.raises(CannotRun, match="reporting a 500 messages de retard"):
        rolling(fake).run(["reporting", "referral"])
    assert fake.images == {"reporting": "new"}
