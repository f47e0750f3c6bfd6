"""What the tellers would send reporting: messages with their sources and sequences, and the rows that they make."""

from collections.abc import Iterable

from deploy.bench.publisher import Published
from services.reporting.projections import PROJECTIONS
from shared.projections.read_model import Stored
from shared.projections.tables import Generations
from tests.conftest import Running


def rows_of(messages: Iterable[Published]) -> dict[str, dict[str, Stored]]:
    """Every row of every projection after these messages, folded in memory."""
    rows: dict[str, dict[str, Stored]] = {projection.name: {} for projection in PROJECTIONS}
    for event, message in messages:
        for projection in PROJECTIONS:
            of_kind = rows[projection.name]
            for change in projection.changes(event, message):
                of_kind[change.id] = change.fold(of_kind.get(change.id))
    return rows


async def project(here: Running, messages: Iterable[Published]) -> None:
    """Have a running reporting hold these messages in its rows, as if its topics had brought them."""
    generations: Generations = here.store.projector.generations
    generation = await generations.current()
    await generation.fold([change for event, message in messages for change in generation.changes(event, message)])
    await generations.mark()
