"""How pages name whoever is signed in: their organisation and their role, in French."""

from collections.abc import Mapping

from shared.kernel.caller import Caller

ORGANISATIONS: Mapping[str, str] = {
    "admin": "Administration", "region": "Région", "federation": "Fédération", "school": "École", "agency": "Organisme",
    "service": "Service",
}  # fmt: skip
ROLES: Mapping[str, str] = {
    "counsellor": "conseil", "manager": "responsable", "head": "direction", "office": "secrétariat", "workshop": "atelier",
}  # fmt: skip


def speaks_for(caller: Caller) -> str:
    """« Région », « École dole, direction »."""
    organisation = f"{ORGANISATIONS[caller.kind]} {caller.tenant}".strip()
    return f"{organisation}, {ROLES[caller.role]}" if caller.role in ROLES else organisation
