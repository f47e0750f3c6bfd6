"""The rows that reporting keeps, one file per kind. Facts only: totals are computed on reading.

A young person's journey is its referrals, applications, enrolments, exams and outcomes, joined on reading by their ids: a
single row for it would have fields that two referrals tell, and their order would show.
"""

from services.reporting.projections.agencies import agencies
from services.reporting.projections.applications import applications
from services.reporting.projections.enrolments import enrolments
from services.reporting.projections.exams import exams
from services.reporting.projections.grants import grants, payments
from services.reporting.projections.intakes import intakes
from services.reporting.projections.orders import orders
from services.reporting.projections.outcomes import outcomes
from services.reporting.projections.referrals import referrals
from services.reporting.projections.schools import programmes, schools
from services.reporting.projections.weeks import weeks
from shared.projections.projection import Projection

PROJECTIONS: tuple[Projection, ...] = (
    agencies, schools, programmes, intakes, referrals, applications, enrolments, exams, outcomes,
    orders, weeks, grants, payments,
)  # fmt: skip
