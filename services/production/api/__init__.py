"""HTTP in: one request, one decision."""

from services.production.api import clients, orders, weeks

routers = (clients.router, orders.router, weeks.router)
