"""HTTP in: one request, one decision."""

from services.production.api import checks, clients, orders, rights, weeks

ROUTERS = (clients.router, orders.router, weeks.router, checks.router, rights.router)
