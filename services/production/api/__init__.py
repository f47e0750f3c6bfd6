"""HTTP in: one request, one decision."""

from services.production.api import clients, orders, weeks

ROUTERS = (clients.router, orders.router, weeks.router)
