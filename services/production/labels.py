"""French for what production shows: an order's statuses and what may be done from each, and durations."""

from shared.kernel.transitions import Labels

ORDER = Labels(
    "cette commande",
    statuses={
        "received": "reçue",
        "quoted": "chiffrée",
        "accepted": "acceptée",
        "started": "commencée",
        "completed": "terminée",
        "delivered": "livrée",
        "invoiced": "facturée",
        "cancelled": "annulée",
    },
    actions={
        "quote": "chiffrer",
        "accept": "accepter",
        "start": "commencer",
        "complete": "terminer",
        "deliver": "livrer",
        "invoice": "facturer",
        "credit": "faire un avoir",
        "cancel": "annuler",
    },
)


def hours(minutes: int) -> str:
    """Minutes as people write them: 35 h, 42 h 30."""
    whole, rest = divmod(minutes, 60)
    return f"{whole} h {rest:02d}" if rest else f"{whole} h"
