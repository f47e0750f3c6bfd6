"""`etabli backup` and `etabli restore`: everything up to one barrier, the keys of identities apart, and back."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from deploy.backup.manifest import Manifest
from deploy.backup.restoring import Chosen, Restored, choose, restore, restore_over_log
from deploy.backup.servers import Servers, mark_of
from deploy.backup.surviving import Found
from deploy.backup.taking import back_up, back_up_keys
from deploy.backup.untold import NOWHERE
from deploy.cli_options import Folder
from deploy.local.errors import CannotRun
from deploy.local.progress import say
from deploy.stacks.reach import running_stack_addresses, stack_file, stack_keys

KEYS_ALONE = "keys"
KeysFolder = Annotated[
    Path | None,
    typer.Option("--keys", metavar="DOSSIER", help="Le dossier des clés des identités, à part et gardé peu de temps."),
]


def backup(
    folders: Annotated[
        list[str],
        typer.Argument(metavar="DOSSIER | keys DOSSIER", help="Où sauvegarder ; « keys » : les clés des identités seules."),
    ],
    keys: KeysFolder = None,
    data: Folder = None,
) -> None:
    """Sauvegarde, pile en marche, les bases et le journal jusqu’à un même instant ; les clés des identités, à part."""
    alone, folder = _asked(folders)
    servers = _running(data, [folder, *([keys] if keys else [])])
    with _timed("Sauvegardé") as said:
        if alone:
            said.append(_sizes(asyncio.run(back_up_keys(servers, folder))))
        else:
            said.append(_sizes(asyncio.run(back_up(servers, folder, keys))))
    if not alone and keys is None:
        say("Sans --keys, cette sauvegarde n’ouvre aucune identité : « etabli backup keys DOSSIER » en garde les clés, à part.")


def _asked(folders: list[str]) -> tuple[bool, Path]:
    match folders:
        case [folder] if folder != KEYS_ALONE:
            return False, Path(folder)
        case ["keys", folder]:
            return True, Path(folder)
        case _:
            raise typer.BadParameter("Un dossier ; ou « keys » et un dossier, pour les clés des identités seules.")


def _running(data: Path | None, files: list[Path]) -> Servers:
    at = running_stack_addresses(data, files=files)
    return Servers(at.brokers, at.mongodb, at.login, mark_of(stack_keys(data).secret))


def _sizes(made: Manifest) -> str:
    barrier = made.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{made.documents} documents et messages, {made.bytes / 1e6:.1f} Mo, jusqu’à l’instant {barrier}"


@contextmanager
def _timed(what: str) -> Iterator[list[str]]:
    said, began = list[str](), time.monotonic()
    yield said
    say(f"{what} en {time.monotonic() - began:.1f} s : {' '.join(said)}.")


def restore_backup(
    folder: Annotated[Path, typer.Argument(metavar="DOSSIER", help="La sauvegarde, entière.")],
    keys: KeysFolder = None,
    log_survived: Annotated[
        bool, typer.Option("--log-survived", help="Kafka a gardé son journal et les bases sont perdues : celui-ci les complète.")
    ] = False,
    data: Folder = None,
) -> None:
    """Remet une sauvegarde dans des serveurs vides, services arrêtés ; avec --data, dans un dossier dont la pile est arrêtée."""
    with _timed("Restauré") as said, _ground(data, [folder, *([keys] if keys else [])]) as (servers, embedded):
        chosen = choose(folder, keys, servers.secret)
        if embedded:
            embedded(chosen.main.simulated)
        restored = asyncio.run((restore_over_log if log_survived else restore)(servers, chosen))
        said.append(_sizes(chosen.main))
    _tell(restored, chosen)


def _tell(restored: Restored, chosen: Chosen) -> None:
    if restored.without_key:
        why = "sans --keys" if chosen.keys is None else "sans leur clé dans cette sauvegarde des clés"
        say(f"Identités illisibles, {why} : {restored.without_key}. Tout le reste est là.")
    if restored.erased:
        say(f"Personnes effacées depuis la sauvegarde, effacées de nouveau : {restored.erased}.")
    if chosen.main.unreadable:
        say(f"Messages que personne ne pouvait lire, et qui ne sont pas remis : {', '.join(chosen.main.unreadable)}.")
    if restored.found:
        _tell_found(restored.found, chosen)


def _tell_found(found: Found, chosen: Chosen) -> None:
    """What the log gave back, in sentences; what no topic holds, a line of JSON each on stdout."""
    say(f"Repris du journal : {found.events} événements de {found.documents} dossiers.")
    if found.wrong:
        say(f"Événements que leur dossier ne peut pas prendre, numéros passés : {', '.join(found.wrong)}.")
    since = chosen.main.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    say(f"Ce qu’aucun topic ne porte, dit après le {since} : {len(found.untold)} lignes sur la sortie, et")
    for sentence in NOWHERE:
        say(f"  {sentence}.")
    for line in found.untold:
        print(json.dumps(line, ensure_ascii=False))


@contextmanager
def _ground(data: Path | None, files: list[Path]) -> Iterator[tuple[Servers, Callable[[bool], None] | None]]:
    """The servers to restore into. Those of an embedded stack, which is stopped, run meanwhile."""
    at = stack_file(data, files=files)
    if not at.embedded:
        yield _running(data, files), None
        return
    from deploy.local.servers import running_servers
    from deploy.local.stack import keep_simulated

    secret = at.path.parent / "keys" / "secret"
    if not secret.exists():
        raise CannotRun(
            f"{secret.parent} ne porte pas les clés de la pile sauvegardée : copiez-y d’abord ce dossier « keys », gardé à part. "
            "Sans elles, ni identité ni référence ne serait reconnue."
        )
    with running_servers(at.path.parent) as servers:
        yield Servers(servers.brokers, servers.mongodb, None, mark_of(secret)), partial(keep_simulated, at.path.parent)
