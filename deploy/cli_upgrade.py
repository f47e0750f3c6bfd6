"""`etabli upgrade`: the services of a stack in containers onto another image, one replica after the other."""

from typing import Annotated

import typer

from deploy.local.errors import CannotRun
from deploy.local.progress import say
from deploy.stacks.pointer import POINTER, compose_in, point_at_compose
from deploy.upgrade.compose import ComposeContainers
from deploy.upgrade.order import upgrade_order
from deploy.upgrade.rolling import READY_WITHIN, Rolling


def upgrade(
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="L’image de la nouvelle version, faite par « make upgrade ».")],
    ready_within: Annotated[
        float, typer.Option("--ready-within", min=10, metavar="S", help="Secondes laissées à une réplique pour être prête.")
    ] = READY_WITHIN,
) -> None:
    """Met à jour la pile en conteneurs, réplique par réplique : qui entend avant qui parle.

    Une réplique qui n’est pas prête revient à l’image d’avant (etabli:former), et la mise à jour s’arrête.
    """
    project = compose_in(POINTER)
    if project is None:
        raise CannotRun("Aucune pile en conteneurs n’est lancée d’ici : « make up » d’abord.")
    containers = ComposeContainers(project)
    services = upgrade_order()
    say(f"Ordre : {', '.join(services)} (qui entend avant qui parle).")
    Rolling(containers, containers.former(services), image, ready_within=ready_within).run(services)
    point_at_compose(project.name, project.files, {**project.variables, "ETABLI_IMAGE": image})
    say("Tout est à la nouvelle version. Les indicateurs sont refaits depuis les événements : « etabli rebuild ».")
    say("Ce qu’une ancienne réplique a mis de côté sans le connaître repart de lui-même, dans la minute.")
