"""Referral's knobs: the key that opens identities, which no other service is given."""

from pathlib import Path

from pydantic import Field

from shared.settings import Settings as Shared


class Settings(Shared):
    vault_key_file: Path = Field(
        description="The keys that wrap each person's own: 64 hexadecimal digits a line; the first wraps, all unwrap."
    )

    @property
    def vault_keys(self) -> tuple[bytes, ...]:
        """The key-encryption keys, that which wraps first. ValueError where there is none, or one is not 32 bytes."""
        keys = tuple(bytes.fromhex(line) for line in self.vault_key_file.read_text().split())
        if not keys or any(len(key) != 32 for key in keys):
            raise ValueError("A key of the vault is 64 hexadecimal digits.")
        return keys

    def unreadable(self) -> list[str]:
        return [*super().unreadable(), *self.wrong_where(vault_key_file=lambda: self.vault_keys)]
