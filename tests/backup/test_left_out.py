"""What a backup leaves out."""

from typing import cast

from deploy.backup.databases import kept
from shared.persistence.dump import Whole


class Collections:
    """A server whose every database has these."""

    async def collections(self, _: str) -> dict[str, str]:
        return dict.fromkeys(("schools", "used_links", "sessions", "leases"), "id")


async def test_who_was_signed_in_is_in_no_backup_and_which_links_were_used_is() -> None:
    found = await kept(cast(Whole, Collections()))
    assert set(found["reporting"]) == {"schools", "used_links"}
