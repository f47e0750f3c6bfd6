"""What requests say of meeting an applicant: an interview, an immersion and how it ended, an attempt to reach them."""

from typing import Self

from pydantic import Field, model_validator

from services.enrolment.domain.application import Contact
from services.enrolment.domain.words import Said
from shared.events.contacts import ContactMeans
from shared.events.referral import RefusalCode
from shared.kernel.calendar import Hour, hour_of
from shared.kernel.clock import Clock
from shared.kernel.errors import Invalid
from shared.kernel.strict import Day, Flag
from shared.kernel.texts import Line, Words
from shared.web.bodies import DatedBody


class MeetingRequest(DatedBody):
    """Where and with whom, as the applicant is told: kept sealed here, read by the school and by who referred them."""

    at: Hour | None = Field(default=None, description="L’heure, en France ; d’une immersion, celle du premier jour.")
    place: Line | None = Field(default=None, description="Le lieu ; jamais diffusé sur un topic.")
    person: Line | None = Field(default=None, description="Qui reçoit ; jamais diffusé sur un topic.")

    @property
    def said(self) -> Said:
        """What is kept beside the plan."""
        return Said(place=self.place, person=self.person)


class InterviewRequest(MeetingRequest):
    planned_on: Day


class ImmersionRequest(MeetingRequest):
    planned_from: Day
    planned_until: Day


class EndImmersionRequest(DatedBody):
    """Whether the applicant came, and what follows where the school knows: admissible, or refused with a code."""

    attended: Flag = True
    admissible: Flag | None = Field(default=None, description="Ce qui s’ensuit ; absent : à décider plus tard.")
    code: RefusalCode | None = Field(default=None, description="D’un refus : pourquoi. Qui n’est pas venu : did_not_come.")

    @model_validator(mode="after")
    def follows(self) -> Self:
        if self.admissible and not self.attended:
            raise ValueError("Qui n’est pas venu à l’immersion n’est pas admissible par elle.")
        if self.code and self.admissible is not False:
            raise ValueError("Un code ne se dit que d’un refus.")
        if self.admissible is False and self.attended and self.code is None:
            raise ValueError("Un refus dit son code.")
        return self


class ContactRequest(DatedBody):
    """An attempt to reach the applicant: now, or on a day and at an hour that are said."""

    at: Hour | None = Field(
        default=None, description="L’heure, en France. Sans elle, deux essais d’un jour passé n’en font qu’un."
    )
    means: ContactMeans
    reached: Flag
    note: Words | None = Field(default=None, description="Gardée ici, scellée ; l’école seule la lit.")

    def contact(self, clock: Clock) -> Contact:
        """The attempt at its moment. Raises Invalid for one to come."""
        on, now = clock.day(self.on), hour_of(clock.now())
        today = on == clock.today()
        if today and self.at and self.at > now:
            raise Invalid("in_the_future", f"Il n’est pas encore {self.at}.", fields={"at": f"Il n’est pas encore {self.at}."})
        return Contact(on=on, at=self.at or (now if today else None), means=self.means, reached=self.reached)
