"""The partners as the services know them, whose topics and users a Kafka has beside ours."""

from collections.abc import Iterator
from dataclasses import dataclass

from deploy.access import PARTNER, Rule, partner_rules
from deploy.stacks.addresses import Addresses
from shared.messaging.topics import Topic, inbound_topic, outbound_topic
from shared.persistence.driver import Login
from shared.persistence.failures import Away, Denied
from shared.persistence.mongo import connect


@dataclass(frozen=True)
class Tenants:
    """Agencies and schools, by id."""

    agencies: frozenset[str]
    schools: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.agencies | self.schools

    @property
    def both(self) -> frozenset[str]:
        """What is an agency and a school at once, which no service lets happen but at one same instant."""
        return self.agencies & self.schools

    def topics(self) -> Iterator[Topic]:
        """Those that there must be for them."""
        for agency in sorted(self.agencies):
            yield inbound_topic(agency)
        for tenant in sorted(self.all):
            yield outbound_topic(tenant)

    def rules_of(self, user: str) -> list[Rule]:
        """All that a partner's user may do; nothing of a user who is nobody's."""
        tenant = user.removeprefix(PARTNER)
        return partner_rules(tenant, is_agency=tenant in self.agencies) if tenant in self.all else []


async def known_tenants(at: Addresses) -> Tenants | None:
    """Whom the services have registered; None where MongoDB does not let us look."""
    try:
        agencies = await _ids(at.mongodb, at.login, "etabli_referral", "agencies")
        schools = await _ids(at.mongodb, at.login, "etabli_enrolment", "schools")
    except (Away, Denied):
        return None
    return Tenants(agencies, schools)


async def _ids(url: str, login: Login | None, name: str, collection: str) -> frozenset[str]:
    database = connect(url, name, login=login, driver="pymongo")
    try:
        return frozenset(row["_id"] for row in await database[collection].find({}, fields={"_id": 1}))
    finally:
        await database.close()
