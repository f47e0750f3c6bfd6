"""The address of a webhook as its tenant writes it: HTTPS, a host that leads to the public Internet, a port that the web uses."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from shared.kernel.errors import Invalid
from shared.webhooks.addresses import may_lead_to
from shared.webhooks.resolving import Resolve, Unresolved

LONGEST = 2_000
"""Characters of an address."""
USUAL_PORTS = {"https": 443, "http": 80}
HTTPS, FIRST_OWN_PORT, LAST_PORT = 443, 1024, 65_535
REFUSED = "url_refused"
NOT_AN_ADDRESS = "Une adresse entière est attendue, écrite https://…, sans espace ni signe étranger."


@dataclass(frozen=True)
class Target:
    """Where to connect, and what to ask for there."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What `Host` says: the host, and its port where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == USUAL_PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str, *, here: bool = False) -> Target:
    """What an address says. `here`: http, and any port of it, are permitted as well, for a playground.

    Raises Invalid (422 `url_refused`), in words that hold nothing of the address.
    """
    parsed = _parsed(url)
    if parsed.userinfo or "@" in urlsplit(url).netloc:
        raise refused("Une adresse ne porte ni nom ni mot de passe : la signature dit qui envoie.")
    if parsed.scheme != "https" and not (here and parsed.scheme == "http"):
        raise refused("Seule une adresse https est permise : ce qui est envoyé ne doit être lu par personne en chemin.")
    if parsed.fragment or "#" in url:
        raise refused("Une adresse s’arrête avant le signe « # ».")
    port = USUAL_PORTS[parsed.scheme] if parsed.port is None else parsed.port
    if port not in (range(1, LAST_PORT + 1) if here else (HTTPS, *range(FIRST_OWN_PORT, LAST_PORT + 1))):
        raise refused("Le port est 443, ou l’un de ceux à partir de 1024.")
    return Target(parsed.scheme, parsed.raw_host.decode("ascii"), port, parsed.raw_path.decode("ascii"))


async def ensure_leads_outside(target: Target, resolve: Resolve, *, here: bool) -> None:
    """Raise Invalid (422 `url_refused`) unless each address of its host is one that a webhook may be sent to.

    What the name leads to is not said: a name of our own network is no different from one that is none.
    """
    try:
        found = await resolve(target.host)
    except Unresolved:
        found = []
    if not found or not all(may_lead_to(address, here=here) for address in found):
        raise refused("Ce nom ne mène à aucune adresse publique, ou mène à une adresse privée ou réservée.")


def refused(sentence: str) -> Invalid:
    """An address that is not for webhooks."""
    return Invalid(REFUSED, sentence, fields={"url": sentence})


def _parsed(url: str) -> httpx.URL:
    if len(url) > LONGEST or not url.isprintable() or " " in url or "\\" in url:
        raise refused(NOT_AN_ADDRESS)
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, UnicodeError):
        raise refused(NOT_AN_ADDRESS) from None
    if not parsed.host or parsed.scheme not in ("https", "http"):
        raise refused(NOT_AN_ADDRESS)
    return parsed
