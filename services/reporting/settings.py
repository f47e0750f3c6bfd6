"""Reporting's knobs."""

from pydantic import Field

from shared.settings import Settings as Shared


class Settings(Shared):
    masked_below: int = Field(5, description="People under which a rate about them is masked from a région and the federation.")
    rebuild_rows: int = Field(
        100_000,
        ge=0,
        description="Rows held in memory by a rebuild until it writes them (looked at after each batch); 0: none.",
    )
    shares_from: int = Field(20, description="People from which a percentage is shown; between the two, numbers only.")
