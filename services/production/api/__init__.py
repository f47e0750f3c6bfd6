"""HTTP in: one request, one decision."""

from services.production.api import clients, orders, persons, weeks

ROUTERS = (clients.router, orders.router, weeks.router, persons.router)
