"""Settings from the environment: `CODERED_...` variables, and `DATABASE_URL`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How one installation runs; every value has a default that works on a laptop."""

    model_config = SettingsConfigDict(env_prefix="CODERED_", extra="ignore", populate_by_name=True)

    instance: Path = Path("instance")
    """Folder of everything this installation keeps."""
    database_url: str = Field(default="", validation_alias=AliasChoices("CODERED_DATABASE_URL", "DATABASE_URL"))
    """Blank: SQLite in the instance folder."""
    secret_key: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    time_limit: float = Field(default=60.0, gt=0)
    """Seconds that one recompute from a page may take."""
    threads: int = Field(default=1, ge=1)
    log: Literal["auto", "json", "console"] = "auto"
    """`auto`: readable on a terminal, JSON elsewhere."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_token: SecretStr | None = None
    """Set: `/metrics` answers only who bears it."""

    @property
    def url(self) -> str:
        """The database to open."""
        return self.database_url or f"sqlite:///{(self.instance / 'codered.db').absolute()}"
