"""Caller and actor: a person for their organisation, in a role; or the system itself."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from pydantic import TypeAdapter

from shared.kernel.identifiers import Slug

Kind = Literal["admin", "region", "federation", "agency", "school", "service"]
ROLES: Mapping[str, tuple[str, ...]] = {
    "agency": ("counsellor", "manager"),
    "school": ("head", "office", "workshop"),
    "admin": ("admin",),
    "region": ("reader",),
    "federation": ("reader",),
}
TENANT: TypeAdapter[str] = TypeAdapter(Slug)
"""Of agencies and schools."""


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

    def is_any_of(self, kinds_and_roles: Collection[str]) -> bool:
        """Whether these name the caller's kind (`agency`), or the kind with its role (`school:head`)."""
        return self.kind in kinds_and_roles or f"{self.kind}:{self.role}" in kinds_and_roles

    @property
    def is_admin(self) -> bool:
        return self.kind == "admin"


@dataclass(frozen=True)
class Grant:
    """What a token gives: to speak for an organisation, in a role that its kind has."""

    kind: Kind
    tenant: str
    role: str

    @classmethod
    def of(cls, kind: str, tenant: str, role: str) -> "Grant":
        """Checked: agencies and schools have a tenant (a slug), others none; the role is of the kind. ValueError if not so."""
        if bool(tenant) != (kind in ("agency", "school")) or role not in ROLES.get(kind, ()):
            raise ValueError(f"{kind}:{tenant}:{role}")
        if tenant:
            TENANT.validate_python(tenant)
        return cls(cast(Kind, kind), tenant, role)

    @classmethod
    def parse(cls, scope: str) -> "Grant":
        """From `agency:cio-dole:manager`; the first role of the kind where none is said. ValueError if unknown."""
        kind, _, rest = scope.partition(":")
        tenant, _, role = rest.partition(":")
        return cls.of(kind, tenant, role or next(iter(ROLES.get(kind, ())), ""))

    @property
    def organisation(self) -> str:
        """As the token writes it: agency:cio-dole, school:besancon, region, federation, admin."""
        return f"{self.kind}:{self.tenant}" if self.tenant else self.kind

    def held_by(self, sub: str) -> Caller:
        """The caller who shows it."""
        return Caller(sub=sub, kind=self.kind, tenant=self.tenant, role=self.role)


@dataclass(frozen=True)
class System:
    """The service itself: on a message, or because time passed. It sees every tenant."""


SYSTEM = System()
Actor = Caller | System
"""For whom a document is read or decided on."""
TenantFilter = Mapping[str, str] | None
"""What a caller sees of a collection: fields of the state and the value each must have (or hold); {} all, None nothing."""
