"""The rows that reporting keeps, one file per kind. Facts only: totals are computed on reading.

A young person's journey is its referrals, applications, enrolments, exams and outcomes, joined on reading by their ids: a
single row for it would have fields that two referrals tell, and their order would show.
"""

from services.reporting.projections.agencies import AgencyRow
from services.reporting.projections.aliases import AliasRow
from services.reporting.projections.applications import ApplicationRow
from services.reporting.projections.enrolments import EnrolmentRow
from services.reporting.projections.exams import ExamRow
from services.reporting.projections.grants import GrantRow, PaymentRow
from services.reporting.projections.intakes import IntakeRow
from services.reporting.projections.orders import OrderRow
from services.reporting.projections.outcomes import OutcomeRow
from services.reporting.projections.referrals import ReferralRow
from services.reporting.projections.schools import ProgrammeRow, SchoolRow
from services.reporting.projections.weeks import WeekRow
from shared.projections.projection import Projection
from shared.projections.table import TableRow

ROWS: tuple[type[TableRow], ...] = (
    AgencyRow, SchoolRow, ProgrammeRow, IntakeRow, ReferralRow, ApplicationRow, EnrolmentRow, ExamRow, OutcomeRow,
    OrderRow, WeekRow, GrantRow, PaymentRow, AliasRow,
)  # fmt: skip
PROJECTIONS: tuple[Projection, ...] = tuple(row.projection for row in ROWS)
