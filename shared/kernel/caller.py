"""Who calls: a person, the organisation they speak for, and their role in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

Kind = Literal["admin", "region", "federation", "agency", "school", "service"]
ROLES: Mapping[str, tuple[str, ...]] = {
    "agency": ("counsellor", "manager"),
    "school": ("head", "office", "workshop"),
    "admin": ("admin",),
    "region": ("reader",),
    "federation": ("reader",),
}


@dataclass(frozen=True)
class Caller:
    """A person (`sub`) who speaks for an organisation (`kind`, `tenant`) in a role. The tenant comes from the token alone."""

    sub: str
    kind: Kind
    tenant: str
    role: str

    @property
    def organisation(self) -> str:
        """As the token writes it: agency:cio-dole, school:besancon, region, federation, admin."""
        return f"{self.kind}:{self.tenant}" if self.tenant else self.kind

    @property
    def is_admin(self) -> bool:
        return self.kind == "admin"


def parse_grant(scope: str) -> tuple[Kind, str, str]:
    """`agency:cio-dole:manager` as (kind, tenant, role); the first role of the kind where none is said. ValueError if unknown."""
    kind, _, rest = scope.partition(":")
    tenant, _, role = rest.partition(":")
    if kind not in ROLES or bool(tenant) != (kind in ("agency", "school")):
        raise ValueError(scope)
    role = role or ROLES[kind][0]
    if role not in ROLES[kind]:
        raise ValueError(scope)
    return cast(Kind, kind), tenant, role
