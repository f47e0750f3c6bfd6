"""Every kind of document that tells something, by its service and its collection."""

from collections.abc import Mapping
from typing import Any

from services.enrolment.domain.grant import GRANTS
from services.enrolment.domain.hand_backs import HAND_BACKS
from services.enrolment.domain.outbound import OUTBOUND_PERSONS
from services.enrolment.domain.policy import INTAKES
from services.enrolment.domain.pupil import PUPILS
from services.enrolment.domain.school import SCHOOLS
from services.enrolment.domain.transfers import TRANSFERS
from services.enrolment.domain.wishes import WISHES
from services.production.domain.order import ORDERS
from services.production.domain.weeks import WEEKS
from services.referral.domain.agency import AGENCIES
from services.referral.domain.outbound import OUTBOUND_REFERRALS
from services.referral.domain.record import RECORDS
from services.referral.domain.referral import REFERRALS
from shared.kernel.aggregate import Aggregate
from shared.webhooks.standing import STANDINGS

_BY_SERVICE: Mapping[str, tuple[Aggregate[Any, Any], ...]] = {
    "referral": (AGENCIES, REFERRALS, RECORDS, OUTBOUND_REFERRALS, STANDINGS),
    "enrolment": (SCHOOLS, INTAKES, PUPILS, WISHES, GRANTS, HAND_BACKS, TRANSFERS, OUTBOUND_PERSONS, STANDINGS),
    "production": (ORDERS, WEEKS),
}
AGGREGATES = {(service, one.name): one for service, every in _BY_SERVICE.items() for one in every}
