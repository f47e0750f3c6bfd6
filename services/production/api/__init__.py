"""HTTP in: one request, one decision."""

from services.production.api import clients, orders, rights, weeks

ROUTERS = (clients.router, orders.router, weeks.router, rights.router)
