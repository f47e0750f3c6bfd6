"""Over a log that survived: referral's journeys stand at its end before anything is heard again."""

from uuid import uuid4

from deploy.backup.databases import database_of
from deploy.backup.journeys import follow_all
from deploy.backup.servers import Servers
from deploy.local.servers import Servers as Running
from shared.events import applications
from shared.messaging.kafka import producer
from shared.persistence.dump import whole
from tests.referral.builders import X, application, on_the_wire


async def test_every_journey_is_followed_from_where_it_was_heard_to_the_end(servers: Running) -> None:
    young_id, database = uuid4(), database_of("referral")
    opened = application(applications.ApplicationOpened, X, young_id=young_id)
    steps = [opened, application(applications.ApplicationUnderReview, X, young_id=young_id)]
    async with producer(servers.brokers) as telling, whole(servers.mongodb) as mongo:
        for sequence, event in enumerate(steps, start=10**9):
            message = on_the_wire(event, sequence)
            await telling.send_and_wait(event.topic, message.data, key=message.key.encode(), headers=message.headers())
        counts, states = list[int](), list[object]()
        for _ in range(2):
            await follow_all(Servers(servers.brokers, servers.mongodb), {}, lambda done, _: counts.append(done), simulated=False)
            [row] = await mongo.rows(database, "journeys", {"_id": str(young_id)})
            states.append(row["state"])
        await mongo.drop(database)
    assert states[0] == states[1] != {}
    assert counts[-1] >= len(steps)
