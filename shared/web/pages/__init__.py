"""What every page shares: the Jinja environment, the macros, one stylesheet, the headers of a page."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.kernel.errors import NotFound
from shared.web.pages import french
from shared.web.router import Router

HERE = Path(__file__).parent
FILES: Mapping[str, tuple[bytes, str]] = {
    name: ((HERE / "static" / name).read_bytes(), kind)
    for name, kind in (("etabli.css", "text/css"), ("live.js", "text/javascript"), ("icon.svg", "image/svg+xml"))
}
FINGERPRINT = hashlib.sha256(b"".join(body for body, _ in FILES.values())).hexdigest()[:10]
"""In the address of each file, so that a browser may keep it for ever."""

SIMULATED = "Données simulées : aucune de ces personnes n’existe."
"""On every page and export of a simulated stack."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
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
        self._jinja.globals.update(static=f"/static/{FINGERPRINT}", notice=SIMULATED)

    def answer(self, template: str, /, status: int = 200, **values: Any) -> HTMLResponse:
        """A page, with the headers that keep it safe: nothing from elsewhere, no copy kept."""
        return HTMLResponse(self._jinja.get_template(template).render(values), status, HEADERS)
