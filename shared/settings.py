"""The knobs that every service has, from the environment."""

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the servers and keys are, and how long things may take. A service adds its own knobs in a subclass."""

    model_config = SettingsConfigDict(env_prefix="ETABLI_", populate_by_name=True)

    host: str = "127.0.0.1"
    port: int = 8000
    kafka: str = Field("127.0.0.1:9092", validation_alias=AliasChoices("KAFKA_BOOTSTRAP_SERVERS"))
    mongodb: str = Field("mongodb://127.0.0.1:27017/?replicaSet=rs0", validation_alias=AliasChoices("MONGODB_URL"))
    mongo_driver: Literal["motor", "pymongo"] = Field("motor", description="Motor, or PyMongo's own asynchronous client.")
    jwks_file: Path
    secret_file: Path
    instance: str = Field("0", description="The slot of this replica: with the service's name, its static id in the group.")
    simulated: bool = Field(False, description="The clock stands where the demo puts it; pages say « données simulées ».")
    simulated_start: str = Field("2021-01-04T08:00:00+00:00", description="Where a new simulated clock stands.")

    referral_url: str = "http://127.0.0.1:8001"
    enrolment_url: str = "http://127.0.0.1:8002"
    production_url: str = "http://127.0.0.1:8003"
    reporting_url: str = "http://127.0.0.1:8004"

    outbox_limit: int = Field(20_000, description="Untold documents beyond which the service says it is not ready.")
    session_timeout: int = Field(15, description="Seconds without a heartbeat before the group gives the partitions away.")
    park_after: int = Field(4, description="Tries of a message that fails on healthy servers.")
    max_backoff: float = Field(5.0, description="Seconds, the cap of every retry's backoff.")
    sweep_every: float = Field(30.0, description="Seconds between two sweeps of deadlines.")
    body_limit: int = Field(1_000_000, description="Bytes, the largest request body.")
    log_level: str = "INFO"

    @property
    def secret(self) -> bytes:
        """The key of hashes that must not be guessable (external ids, bodies that hold identity)."""
        secret = self.secret_file.read_bytes().strip()
        if len(secret) < 32:
            raise ValueError("The secret that keys our hashes must be 32 bytes or more.")
        return secret
