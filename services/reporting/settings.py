"""Reporting's knobs."""

from pydantic import Field

from shared.settings import Settings as Shared


class Settings(Shared):
    masked_below: int = Field(5, description="People under which a rate about them is masked from a région and the federation.")
    shares_from: int = Field(20, description="People from which a percentage is shown; between the two, numbers only.")
