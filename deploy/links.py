"""One-time links to the pages: which service opens them for whom, and where people reach it."""

import os
from collections.abc import Mapping
from datetime import timedelta

from deploy.local.errors import CannotRun
from deploy.local.keys import Keys, token
from shared.kernel.caller import Grant
from shared.web.signin.links import ADDRESS, audience_of

LIFETIME = timedelta(minutes=15)
"""Of a link, until it is used. The session that it opens has its own (ETABLI_SIGNED_IN_HOURS)."""
PAGES = {"admin": "reporting", "region": "reporting", "federation": "reporting"}
"""By kind of organisation, the service whose pages are theirs."""


def link(keys: Keys, scope: str, addresses: Mapping[str, str], *, name: str | None = None) -> str:
    """An address that signs somebody in once, within LIFETIME. `addresses`: of each service, where no edge stands before them.

    Its code is a fragment, which browsers send to nobody.
    """
    try:
        service = PAGES[Grant.parse(scope).kind]
    except KeyError:
        raise CannotRun("Seules region, federation et admin ont des pages à ouvrir par un lien.") from None
    except ValueError:
        service = PAGES["admin"]  # what is no scope is said by `token`
    code = token(keys, scope, LIFETIME, name=name, audience=audience_of(service))
    edge = os.environ.get("ETABLI_PUBLIC_URL", "").rstrip("/")
    return f"{f'{edge}/{service}' if edge else addresses[service].rstrip('/')}{ADDRESS}#{code}"
