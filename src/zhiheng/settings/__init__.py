"""One typed settings class, read from the environment and nothing else.

`settings()` is what the program asks; `zhiheng.settings.django` turns it into what Django asks.
This room refuses to hold secrets: the one secret, the signing key, is made on first start and
kept in a file of the data folder that only its owner can read.
"""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _default_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "zhiheng"


class Settings(BaseSettings):
    """Every knob of the system; docs/reference/settings.md is made from these fields."""

    model_config = SettingsConfigDict(env_prefix="ZHIHENG_", extra="ignore")

    home: Path = Field(default_factory=_default_home, description="The folder where all data live.")
    port: int = Field(
        8000,
        ge=1,
        le=65535,
        validation_alias=AliasChoices("PORT", "ZHIHENG_PORT"),
        description="The port that is listened on.",
    )
    host: str = Field(
        "127.0.0.1", description="The address that is listened on; 0.0.0.0 to serve other machines."
    )
    database_url: str = Field(
        "",
        validation_alias=AliasChoices("DATABASE_URL", "ZHIHENG_DATABASE_URL"),
        description="postgresql://user:password@host:port/name; empty: SQLite in the data folder.",
    )
    public_url: str = Field(
        "", description="The address under which strangers reach the portal, for links in reports."
    )
    allowed_hosts: str = Field(
        "localhost,127.0.0.1,[::1]", description="Host names that are answered to, separated by commas."
    )
    debug: bool = Field(False, description="Show details of failures to the browser. Never in production.")
    secure: bool = Field(False, description="Served over HTTPS: cookies are marked secure and HSTS is sent.")
    require_mfa: bool = Field(
        False, description="Officers must sign in with a second factor (GB/T 22239 level 3)."
    )
    language: Literal["zh-hans", "en"] = Field(
        "zh-hans", description="The language when a visitor names none."
    )
    workers: int = Field(2, ge=1, le=64, description="Server processes.")
    log_format: Literal["console", "json"] = Field("console", description="How logs are written.")
    checkpoint_hours: int = Field(
        24,
        ge=0,
        le=8760,
        description="Hours after which a checkpoint and a snapshot are taken by themselves; 0: never.",
    )
    import_chunk: int = Field(
        15_000, ge=1, le=20_000, description="Rows of an import that are committed together."
    )
    import_max_bytes: int = Field(2_000_000_000, description="Largest file that an import accepts, in bytes.")
    upload_max_bytes: int = Field(
        200_000_000, description="Largest file that the import page accepts, in bytes."
    )

    def folder(self, name: str) -> Path:
        """A subfolder of the data folder, made when missing, closed to others."""
        path = self.home / name
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path

    def signing_key(self) -> str:
        """The key that signs cookies; made once, readable by its owner alone."""
        path = self.folder("secrets") / "signing-key"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii")
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
        return path.read_text(encoding="ascii")


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
