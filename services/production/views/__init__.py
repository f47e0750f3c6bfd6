"""What production shows: clients, orders with their title and French, pupils' hours with their measures."""

from services.production.views.checks import WeekToCheckResponse, show_weeks_to_check
from services.production.views.orders import ClientResponse, OrderResponse, show_client, show_order
from services.production.views.weeks import (
    PupilWeekResponse,
    RefusedPupilResponse,
    SchoolWeekResponse,
    WorkshopWeekResponse,
    show_pupils,
    show_refused,
    show_school,
    show_workshop,
)

__all__ = [
    "ClientResponse",
    "OrderResponse",
    "PupilWeekResponse",
    "RefusedPupilResponse",
    "SchoolWeekResponse",
    "WeekToCheckResponse",
    "WorkshopWeekResponse",
    "show_client",
    "show_order",
    "show_pupils",
    "show_refused",
    "show_school",
    "show_weeks_to_check",
    "show_workshop",
]
