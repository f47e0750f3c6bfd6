"""Hand-made records: each builder gives something ordinary, and takes what a test wants otherwise."""

from datetime import date
from random import Random
from typing import Any
from uuid import UUID, uuid4

from deploy.simulation.expected import Tally
from deploy.simulation.observations import (
    Application,
    Declared,
    Enrolment,
    Intake,
    Observations,
    Order,
    Payment,
    Referral,
    Week,
    Year,
)
from deploy.simulation.people import Person, PlannedReferral
from deploy.simulation.profiles import draw
from deploy.simulation.region import load
from shared.events.referral import Situation

REGION = load()
DAY = date(2025, 6, 30)


def planned(**overrides: Any) -> PlannedReferral:
    person = Person(overrides.pop("number", 1), "Aubertin", "Adam", date(2005, 5, 5), "25056")
    usual: dict[str, Any] = {
        "person": person, "attempt": 1, "agency": "cio-du-canal", "campaign": 2021, "wave": 0, "on": date(2021, 3, 1),
        "situation": Situation.OUT_OF_SCHOOL, "out_of_school_since": date(2020, 10, 1), "counsellor": "A. Bonnefoy",
        "wishes": [{"school": "dole", "programme": "cap-serrurerie-metallerie"}], "profile": draw(Random("1"), 7),
    }  # fmt: skip
    return PlannedReferral(**{**usual, **overrides})


class Scenario:
    """A record that a test fills step by step."""

    def __init__(self) -> None:
        self.observations = Observations()
        self.intake = Intake(uuid4(), "dole", "cap-serrurerie-metallerie", "2021-2022", 1, 10)
        self.observations.intakes[self.intake.id] = self.intake

    def referral(self, young_id: UUID, **overrides: Any) -> Referral:
        observed = ("opened", "received_on", "closed_on", "answer", "code", "answered_by")
        fields = {name: overrides.pop(name) for name in observed if name in overrides}
        referral = Referral(uuid4(), young_id, planned(**overrides), **fields)
        self.observations.referrals[referral.id] = referral
        return referral

    def application(self, young_id: UUID, **overrides: Any) -> Application:
        agencies = ("cio-du-canal",)
        usual: dict[str, Any] = {"agencies": agencies, "asking": agencies, "status": "under_review", "priority": 1}
        application = Application(self.intake.id, young_id, **{**usual, **overrides})
        self.observations.applications[application.intake_id, young_id] = application
        return application

    def enrolment(self, young_id: UUID | None = None, *, last_year: bool = True, **overrides: Any) -> Enrolment:
        year = Year(self.intake.id, self.intake.programme, "2021-2022", 1, last_year)
        usual: dict[str, Any] = {"school": "dole", "entry": 2021, "status": "present", "years": (year,)}
        usual["started_on"] = date(2021, 9, 1)
        enrolment = Enrolment(uuid4(), young_id or uuid4(), **{**usual, **overrides})
        self.observations.enrolments[enrolment.id] = enrolment
        return enrolment

    def order(self, **overrides: Any) -> Order:
        row = Order(uuid4(), "dole", **overrides)
        self.observations.orders[row.id] = row
        return row

    def week(self, enrolment: Enrolment, number: str = "2021-W40", **minutes: int) -> None:
        kinds = ("production", "practice", "teaching", "placement", "absence_justified", "absence_unjustified")
        week = Week(enrolment.school, enrolment.now.programme, enrolment.id, {**dict.fromkeys(kinds, 0), **minutes})
        self.observations.weeks[enrolment.school, number, enrolment.young_id] = week

    def payment(self, holder: str, purpose: str, euros: int, on: date) -> None:
        self.observations.payments[uuid4(), on] = Payment(holder, purpose, euros * 100, on)

    def seen(self, scope: str = "network", cohort: str | None = None, day: date = DAY) -> Tally:
        return Tally(self.observations, REGION, day, scope, cohort)


def declared(situation: str, proof: str = "contract", on: date = date(2024, 1, 2)) -> Declared:
    return Declared(situation, proof, on)
