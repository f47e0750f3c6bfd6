"""The playground as long as it lasts: furnished, its robot at work, its trace shown, and what a partner's software needs."""

import asyncio
import shlex
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from deploy.local.errors import CannotRun
from deploy.local.keys import Keys, token
from deploy.local.private import private, private_files
from deploy.local.progress import say
from deploy.sandbox.robot import AS, answer_all
from deploy.sandbox.setting import SCHOOL, furnish
from deploy.sandbox.stream import follow
from deploy.sandbox.trace import show_events, show_messages
from deploy.simulation.client import ServiceClient
from deploy.stacks.addresses import Addresses

FOLDER = Path(".etabli/sandbox")
NAME = "bac à sable"
"""Whom its tokens name."""


async def play(at: Addresses, keys: Keys, agency: str) -> None:
    """Until cancelled. Raises CannotRun where the stack follows the true time: what is invented has no place there."""
    async with ServiceClient(at.services, keys.private) as client:
        clock = await client.get("admin", "enrolment", "/admin/clock")
        if not clock["simulated"]:
            raise CannotRun("Cette pile suit l’heure réelle : un bac à sable, dont tout est inventé, n’y a pas sa place.")
        await furnish(client, agency)
        referral, enrolment = at.services["referral"], at.services["enrolment"]
        as_agency, as_school = token(keys, f"agency:{agency}:manager", name=NAME), token(keys, AS, name=NAME)
        told_agency = (await client.get(f"agency:{agency}:manager", "referral", "/snapshot"))["position"]
        told_school = (await client.get(AS, "enrolment", "/snapshot"))["position"]
        _hand_out(
            {
                "agency": {"SERVICE": referral, "TENANT": agency, "KAFKA": at.kafka, "TOKEN": as_agency},
                "school": {"SERVICE": enrolment, "TENANT": SCHOOL, "KAFKA": at.kafka, "TOKEN": as_school},
            }
        )
        say(f"Bac à sable prêt, au {clock['today']} (données simulées) : cap-menuiserie, une place ; cap-cuisine, un refus ;")
        say("cap-mecanique, aucune réponse. Ctrl-C l’arrête.")
        async with asyncio.TaskGroup() as group:
            group.create_task(answer_all(client, follow(enrolment, as_school)))
            group.create_task(show_events("organisme", follow(referral, as_agency, after=told_agency)))
            group.create_task(show_events("école", follow(enrolment, as_school, after=told_school)))
            group.create_task(show_messages(at.brokers, agency))


def _hand_out(told: Mapping[str, Mapping[str, str]]) -> None:
    """What each software needs: on the output, and in a file of its own that a shell reads, for its owner alone."""
    for name, variables in told.items():
        text = "".join(f"export {one}={shlex.quote(value)}\n" for one, value in {**variables, **_jars()}.items())
        print(f"# {FOLDER / name}.env\n{text}", flush=True)
        with suppress(OSError), private_files():  # a folder where we may not write: the output has it
            (private(FOLDER) / f"{name}.env").write_text(text)


def _jars() -> Mapping[str, str]:
    """Where Java finds Kafka's client, where the embedded Kafka's jars are on this machine."""
    try:
        from deploy.local.cache import cache_folder
        from deploy.local.kafka_jars import VERSION
    except ImportError:
        return {}
    folder = cache_folder() / f"kafka-{VERSION}"
    return {"CLASSPATH": f"{folder}/*"} if folder.is_dir() else {}
