"""Settings from the environment: `CODERED_...` variables, and `DATABASE_URL`."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.secrecy import DEFAULT_KEY, SHORTEST_KEY
from solver.progress import cores

THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")


class Settings(BaseSettings):
    """How one installation runs; every value has a default that works on a laptop."""

    model_config = SettingsConfigDict(env_prefix="CODERED_", extra="ignore", populate_by_name=True)

    instance: Path = Path("instance")
    """Folder of everything this installation keeps."""
    database_url: str = Field(default="", validation_alias=AliasChoices("CODERED_DATABASE_URL", "DATABASE_URL"))
    """Blank: SQLite in the instance folder."""
    secret_key: SecretStr | None = None
    demo: bool = False
    """The demonstration: browsers on this machine are signed in as its account by themselves."""
    hosts: str = ""
    """Names by which browsers may call the server, with commas; blank: any, but without a secret key this machine's."""
    proxies: int = Field(default=0, ge=0, le=8)
    """How many proxies in front of the server may say who calls (X-Forwarded-For, -Proto and -Host)."""
    oidc_issuer: str = ""
    """Single sign-on: the provider's address, which has /.well-known/openid-configuration; blank: none."""
    oidc_client_id: str = "codered"
    oidc_client_secret: SecretStr | None = None
    oidc_claim: str = "email"
    """What of the id token is the name of the account; an email must be verified."""
    host: str = "127.0.0.1"
    port: int = 8000
    time_limit: float = Field(default=60.0, gt=0)
    """Seconds that one recompute from a page may take."""
    threads: int = Field(default_factory=cores, ge=1)
    """Threads of one recompute."""
    worker: bool = True
    """Whether a process that serves pages also does jobs; no: `codered worker` does them elsewhere."""
    lease: float = Field(default=30.0, ge=1)
    """Seconds after which a job of a worker that says nothing more is given to another."""
    processes: int = Field(default=0, ge=0, le=256)
    """Processes of this machine that a trade-off, a simulation or a sweep uses; 0: one per core."""
    dask: str = ""
    """Scheduler of the Dask cluster that does them instead, such as tcp://host:8786."""
    api_limit: int = Field(default=1200, ge=0)
    """Requests to the API that an account may send in a minute; 0: any number."""
    webhook_networks: str = ""
    """Networks inside that webhooks may call, such as 10.1.0.0/16, with commas; blank: none."""
    log: Literal["auto", "json", "console"] = "auto"
    """`auto`: readable on a terminal, JSON elsewhere."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_token: SecretStr | None = None
    """Set: `/metrics` answers only who bears it."""

    @property
    def has_key(self) -> bool:
        """Whether a secret key of its own is set, long enough not to be guessed."""
        key = self.secret_key.get_secret_value() if self.secret_key else ""
        return len(key) >= SHORTEST_KEY and key != DEFAULT_KEY

    @property
    def trusted_hosts(self) -> list[str] | None:
        """The names that requests may call the server by; None: any."""
        named = [name.strip() for name in self.hosts.split(",") if name.strip()]
        return named or (None if self.has_key else list(THIS_MACHINE))

    @field_validator("webhook_networks")
    @classmethod
    def _are_networks(cls, typed: str) -> str:
        _networks(typed)
        return typed

    @property
    def inside(self) -> list[IPv4Network | IPv6Network]:
        """The networks inside that webhooks may call."""
        return _networks(self.webhook_networks)

    @property
    def url(self) -> str:
        """The database to open."""
        return self.database_url or f"sqlite:///{(self.instance / 'codered.db').absolute()}"


def _networks(typed: str) -> list[IPv4Network | IPv6Network]:
    return [ip_network(part.strip()) for part in typed.split(",") if part.strip()]
