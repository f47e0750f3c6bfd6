"""What every page shares: the Jinja environment, the macros, one stylesheet, the headers of a page."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.kernel.errors import NotFound
from shared.web.pages import french
from shared.web.router import Router
from shared.web.runtime import runtime
from shared.web.signin.cookies import home_of
from shared.web.signin.labels import speaks_for
from shared.web.signin.session import Session

HERE = Path(__file__).parent
KINDS = {"etabli.css": "text/css", "live.js": "text/javascript", "link.js": "text/javascript", "icon.svg": "image/svg+xml"}
KINDS = {"etabli.css": "text/css", "live.js": "text/javascript", "link.js": "text/javascript", "icon.svg": "image/svg+xml"}
FILES: Mapping[str, tuple[bytes, str]] = {name: ((HERE / "static" / name).read_bytes(), kind) for name, kind in KINDS.items()}
FINGERPRINT = hashlib.sha256(b"".join(body for body, _ in FILES.values())).hexdigest()[:10]
"""In the address of each file, so that a browser may keep it for ever."""

SIMULATED = "Données simulées : aucune de ces personnes n’existe."
"""On every page and export of a simulated stack."""
ONLY_OURS = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'{provider}; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load and send to: signing out goes on at the provider, which browsers count as the form's own address."""
HEADERS = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
static = Router(include_in_schema=False)


@static.get("/static/{fingerprint}/{name}")
async def file(fingerprint: str, name: str) -> Response:
    """A file of the pages. Its address changes with it."""
    if name not in FILES:
        raise NotFound("Ce fichier")
    body, kind = FILES[name]
    forever = "public, max-age=31536000, immutable" if fingerprint == FINGERPRINT else "no-store"
    return Response(body, media_type=kind, headers={"Cache-Control": forever, "X-Content-Type-Options": "nosniff"})


class Pages:
    """A service's templates, beside the shared ones (`layout.html`, `macros.html`)."""

    def __init__(self, templates: Path) -> None:
        self._jinja = Environment(
            loader=FileSystemLoader([templates, HERE / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters.update(french.FILTERS)
        self._jinja.globals.update(notice=SIMULATED, speaks_for=speaks_for)

    def rendered(self, template: str, /, *, home: str, **values: Any) -> str:
        """A template's text; `home` is where the service stands on its origin."""
        return self._jinja.get_template(template).render(home=home, static=f"{home}/static/{FINGERPRINT}", **values)

    def answer(self, request: Request, template: str, /, status: int = 200, **values: Any) -> HTMLResponse:
        """A page, with the headers that keep it safe: nothing from elsewhere, no copy kept. It says who is signed in."""
        here, home = runtime(request), home_of(request)
        session: Session | None = getattr(request.state, "session", None)
        form_token = here.desk.sessions.form_token(session) if session else ""
        frame = {"simulated": here.settings.simulated, "session": session, "form_token": form_token}
        page = self.rendered(template, home=home, **frame, **values)
        policy = ONLY_OURS.format(provider=_origin_of(here.settings.oidc_issuer))
        return HTMLResponse(page, status, {**HEADERS, "Content-Security-Policy": policy})


def _origin_of(issuer: str | None) -> str:
    parts = urlsplit(issuer or "")
    return f" {parts.scheme}://{parts.netloc}" if issuer else ""
