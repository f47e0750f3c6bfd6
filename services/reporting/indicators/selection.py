"""The part of the tables that one perimeter and one cohort hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from services.reporting.indicators.people import Person, people_of
from services.reporting.indicators.perimeter import NETWORK, Perimeter, PerimeterKind
from services.reporting.projections.applications import ApplicationRow
from services.reporting.projections.enrolments import EnrolmentRow
from services.reporting.projections.grants import GrantRow, PaymentRow
from services.reporting.projections.intakes import IntakeRow
from services.reporting.projections.orders import OrderRow
from services.reporting.projections.referrals import ReferralRow
from services.reporting.projections.weeks import HoursLogged
from services.reporting.tables import Tables
from shared.events.catalogue import GrantPurpose


@dataclass(frozen=True, eq=False)
class Selection:
    """The rows of a perimeter, and of one cohort where one is given. Each part is selected when first read."""

    tables: Tables
    perimeter: Perimeter = NETWORK
    cohort: str | None = None

    @property
    def day(self) -> date:
        """The day of reading."""
        return self.tables.day

    @cached_property
    def referrals(self) -> Sequence[ReferralRow]:
        """Those that wish for the perimeter or opened an application there; of a cohort, those with one for that school year."""
        return [row for row in self.tables.referrals if self._concerns(row) and self._is_of_cohort(row)]

    @cached_property
    def applications(self) -> Sequence[ApplicationRow]:
        """Those of the perimeter; of a kind of agency, those that its agencies opened or joined, whoever else did."""
        in_cohort = [row for row in self.tables.applications if self.cohort in (None, row.school_year)]
        if self.perimeter.kind is PerimeterKind.AGENCY_KIND:
            return [row for row in in_cohort if any(map(self._is_of_kind, row.agencies))]
        return [row for row in in_cohort if self._takes_place(row)]

    @cached_property
    def enrolments(self) -> Sequence[EnrolmentRow]:
        """Those of the perimeter, whatever their cohort."""
        if self.perimeter.kind is PerimeterKind.AGENCY_KIND:
            return [row for row in self.tables.enrolments if self.tables.person(row.young_id) in self._referred_by_kind]
        return [row for row in self.tables.enrolments if self._takes_place(row)]

    @cached_property
    def people(self) -> Sequence[Person]:
        """The pupils of the perimeter, of the cohort where one is given."""
        people = people_of(self.enrolments, self.tables)
        return people if self.cohort is None else [person for person in people if person.cohort == self.cohort]

    @cached_property
    def hours(self) -> Sequence[HoursLogged]:
        """The hours logged in the perimeter, by the pupils of the cohort where one is given."""
        of_kind = self.perimeter.kind is PerimeterKind.AGENCY_KIND
        rows = [row for row in self.tables.hours if of_kind or self._takes_place(row)]
        if of_kind or self.cohort is not None:
            theirs = {enrolment.id for person in self.people for enrolment in person.enrolments}
            return [row for row in rows if row.enrolment_id in theirs]
        return rows

    @cached_property
    def intakes(self) -> Sequence[IntakeRow]:
        return [row for row in self.tables.intakes if self._takes_place(row)]

    @cached_property
    def orders(self) -> Sequence[OrderRow]:
        """Those of the school, or all: an order is of no programme."""
        return [row for row in self.tables.orders if self.perimeter == NETWORK or row.school == self.perimeter.id]

    def payments(self, purpose: GrantPurpose) -> Sequence[PaymentRow]:
        """The payments of the Région's grants for a purpose: those that the school holds, or all."""
        held = {row.id for row in self.grants(purpose)}
        return [row for row in self.tables.payments if row.grant_id in held]

    def grants(self, purpose: GrantPurpose) -> Sequence[GrantRow]:
        """The Région's grants for a purpose: those that the school holds, or all."""
        grants = [row for row in self.tables.grants if row.from_region and row.purpose is purpose]
        return [row for row in grants if self.perimeter == NETWORK or row.holder == self.perimeter.id]

    @cached_property
    def _referred_by_kind(self) -> set[UUID]:
        return {self.tables.person(row.young_id) for row in self.tables.referrals if self._is_of_kind(row.agency)}

    def _is_of_kind(self, agency: str) -> bool:
        return self.tables.kind_of_agency.get(agency) == self.perimeter.id

    def _takes_place(self, row: ApplicationRow | EnrolmentRow | HoursLogged | IntakeRow) -> bool:
        return self.perimeter.takes_place(row.school, row.programme)

    def _concerns(self, referral: ReferralRow) -> bool:
        if self.perimeter.kind is PerimeterKind.AGENCY_KIND:
            return self._is_of_kind(referral.agency)
        wished = any(self.perimeter.takes_place(wish.school, wish.programme) for wish in referral.wishes)
        return self.perimeter == NETWORK or wished or any(map(self._takes_place, self._intakes_of(referral)))

    def _is_of_cohort(self, referral: ReferralRow) -> bool:
        return self.cohort is None or any(intake.school_year == self.cohort for intake in self._intakes_of(referral))

    def _intakes_of(self, referral: ReferralRow) -> Sequence[IntakeRow]:
        """Where it opened or joined an application, as far as those intakes are known."""
        return [self.tables.intake[id] for id in referral.opened if id in self.tables.intake]
