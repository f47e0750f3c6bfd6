"""A key that is feared known is followed by another, in place: a container sees the file that it was given, not its successor."""

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from deploy.local.errors import CannotRun
from deploy.local.keys import Keys, make_keys
from services import SERVICES


def renew(keys: Keys, name: str) -> str:
    """Have another key take the place of one of these (RENEWABLE). What is left to do. Raises CannotRun where there are none."""
    if not keys.private.exists():
        raise CannotRun(f"Le dossier {keys.private.parent} n’a pas de clé.")
    work, left_to_do = RENEWABLE[name]
    work(keys)
    return left_to_do


def _renew_signing(keys: Keys) -> None:
    """Tokens signed by the former one are believed no more, once services read the public keys again: within ten seconds."""
    drafts = keys.private.with_suffix(".renewed"), keys.public.with_suffix(".renewed")
    make_keys(*drafts)
    for new, old in zip(drafts, (keys.private, keys.public), strict=True):
        _write(old, new.read_text())
        new.unlink()


def _put_before(file: Path) -> None:
    """A new line first: what the former ones sealed opens still, until it is sealed anew."""
    _write(file, f"{secrets.token_hex(32)}\n{file.read_text()}")


def _another_password(name: str, keys: Keys) -> None:
    """Until its server is given it too, the service is refused wherever it connects anew, and tries again."""
    file = keys.private.with_name(name)
    if not file.exists():
        raise CannotRun(
            f"Il n’y a pas de {name} dans {file.parent} : les serveurs de cette pile ne demandent pas de mot de passe."
        )
    _write(file, secrets.token_hex(32))


def _write(file: Path, text: str) -> None:
    """The file's new content, on the disk when this returns: a key that is lost opens nothing ever again."""
    with _writable(file), file.open("r+") as opened:
        opened.write(text)
        opened.truncate()
        opened.flush()
        os.fsync(opened.fileno())


@contextmanager
def _writable(file: Path) -> Iterator[None]:
    mode = file.stat().st_mode
    file.chmod(mode | 0o200)
    try:
        yield
    finally:
        file.chmod(mode)


LEFT = {
    "kafka": "Tapez « etabli topics apply », qui donne ce mot de passe à Kafka, puis redémarrez {service}. Ce qui est déjà "
    "connecté sous l’ancien le reste : redémarrez aussi kafka si quelqu’un d’autre s’en sert.",
    "mongodb": "Tapez « make up », dont une tâche donne ce mot de passe à MongoDB, puis redémarrez {service}. Ce qui est déjà "
    "connecté sous l’ancien le reste : redémarrez aussi mongodb si quelqu’un d’autre s’en sert.",
}
RENEWABLE: Mapping[str, tuple[Callable[[Keys], None], str]] = {
    "signing": (
        _renew_signing,
        "Les jetons signés jusqu’ici sont refusés dans les dix secondes : signez-en d’autres par « etabli token ». "
        "Qui était entré par un lien est déconnecté aussi.",
    ),
    "vault": (
        lambda keys: _put_before(keys.vault),
        "Redémarrez referral : au démarrage, les clés des personnes sont scellées de nouveau sous la nouvelle. Retirez ensuite "
        "l’ancienne (la dernière ligne du fichier), mais gardez-la aussi longtemps que les sauvegardes de clés d’avant.",
    ),
    "secret": (
        lambda keys: _put_before(keys.secret),
        "Redémarrez les quatre services : au démarrage, ce que l’ancien secret scellait est scellé de nouveau. Laissez l’ancien "
        "en dernière ligne : les empreintes des références et des identités en dépendent, et il n’ouvre plus rien.",
    ),
    **{
        f"{server}-{service}": (partial(_another_password, f"{server}-{service}"), left.format(service=service))
        for server, left in LEFT.items()
        for service in SERVICES
    },
}
"""By name: how it is renewed, and what is left to do."""
