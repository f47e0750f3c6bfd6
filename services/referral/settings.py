"""Referral's knobs: the key that opens identities, which no other service is given; how long they are read and kept."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from services.referral.domain.access import Terms
from services.referral.domain.erasure import Retention
from shared.settings import Settings as Shared


class Settings(Shared):
    vault_key_file: Path = Field(
        description="The keys that wrap each person's own: 64 hexadecimal digits a line; the first wraps, all unwrap."
    )
    identity_days_after_answer: int = Field(
        90, ge=0, description="Days that a school reads an identity after it ended an application without an enrolment."
    )
    identity_days_after_departure: int = Field(
        761, ge=0, description="Days that it reads a pupil's after they left: outcomes are due for 24 months, and 30 days more."
    )
    identity_days_kept: int = Field(
        1827, ge=761, description="Days after the last thing told of a person that their identity is erased: five years."
    )
    audit_days: int = Field(1096, ge=1, description="Days that the audit of identities keeps who read what: three years.")
    import_rows: int = Field(20_000, ge=1, description="Rows, the most of one file of referrals.")
    import_days: int = Field(7, ge=1, description="Days that a file's refused rows can be fetched, and how its rows ended.")

    @property
    def terms(self) -> Terms:
        """How long a school may know who somebody is."""
        days = (self.identity_days_after_answer, self.identity_days_after_departure)
        return Terms(*(timedelta(days=count) for count in days))

    @property
    def retention(self) -> Retention:
        """How long the audit, identities and files are kept."""
        days = (self.audit_days, self.identity_days_kept, self.import_days)
        return Retention(*(timedelta(days=count) for count in days))

    @property
    def vault_keys(self) -> tuple[bytes, ...]:
        """The key-encryption keys, that which wraps first. ValueError where there is none, or one is not 32 bytes."""
        keys = tuple(bytes.fromhex(line) for line in self.vault_key_file.read_text().split())
        if not keys or any(len(key) != 32 for key in keys):
            raise ValueError("A key of the vault is 64 hexadecimal digits.")
        return keys

    def unreadable(self) -> list[str]:
        return [*super().unreadable(), *self.wrong_where(vault_key_file=lambda: self.vault_keys)]
