"""The settings of the bot, in addition to those of the index."""

import os
import re
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from index.errors import SettingsError
from index.settings import IndexSettings

_SHARDS = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?/(\d{1,5})", re.ASCII)


class Shards(NamedTuple):
    """The ids of the Discord shards that this process serves, and the total number of shards."""

    ids: tuple[int, ...]
    total: int


class BotSettings(IndexSettings):
    """The settings of the bot: an option of the command beats the environment, and the environment beats `.env`."""

    reranker_model: str | None = Field(default=None)
    discord_token: SecretStr | None = Field(default=None)
    discord_api: str | None = Field(default=None, repr=False)  # an address may contain a password
    discord_shards: str | None = Field(default=None)
    message_content: Literal["auto", "on", "off"] = Field(default="auto")
    questions_per_minute: int = Field(default=10, ge=1, le=1000)
    max_waiting: int = Field(default=500, ge=1, le=100_000)
    answer_seconds: float = Field(default=120.0, gt=0, le=600)
    state_file: Path = Field(default=Path("byline.sqlite"))
    log_questions: bool = Field(default=False)
    chat_model: str | None = Field(default=None)
    chat_base_url: str | None = Field(default=None, repr=False)
    chat_api_key: SecretStr | None = Field(default=None)
    chat_timeout: float = Field(default=45.0, gt=0, le=600)
    chat_max_tokens: int = Field(default=1000, ge=100, le=100_000)
    chat_context_tokens: int = Field(default=8000, ge=1500, le=2_000_000)
    chat_questions_per_day: int = Field(default=100, ge=0)
    chat_tokens_per_day: int = Field(default=500_000, ge=0)
    chat_all_questions_per_day: int = Field(default=2000, ge=0)
    chat_all_tokens_per_day: int = Field(default=10_000_000, ge=0)

    @field_validator("chat_api_key")
    @classmethod
    def _strip_key(cls, key: SecretStr | None) -> SecretStr | None:
        """Strip white space: a key from a file often ends in a line break, which is not allowed in a header."""
        return SecretStr(key.get_secret_value().strip()) if key else key

    @property
    def history_file(self) -> Path:
        """The file with the history of the terminal chat."""
        return self.index_dir / "history"

    @property
    def health_file(self) -> Path:
        """The file of the health report; each process of a sharded bot has its own."""
        shards = self.shards()
        suffix = f"-{shards.ids[0]}-{shards.ids[-1]}" if shards else ""
        return self.state_file.with_name(f"{self.state_file.stem}-health{suffix}.json")

    def shards(self) -> Shards | None:
        """Return the shards that this process serves, None for all; raises SettingsError."""
        if self.discord_shards is None:
            return None
        match = _SHARDS.fullmatch(self.discord_shards)
        first, last, total = (int(match[n] or match[1]) for n in (1, 2, 3)) if match else (0, 0, 0)
        if not first <= last < total:
            raise SettingsError(
                "The setting DISCORD_SHARDS is not a valid range.",
                "Give the first, the last and the total number of shards, as in 0-3/16, or leave it empty for all.",
            )
        return Shards(tuple(range(first, last + 1)), total)

    def check(self) -> None:
        """Raise SettingsError for values that have the right type but cannot work."""
        super().check()
        self.shards()
        if self.discord_api is not None and not self.discord_api.startswith(("http://", "https://")):
            raise SettingsError(
                "The setting DISCORD_API is not a web address.",
                "Leave it empty for Discord itself, or give an address such as http://127.0.0.1:8080/api/v10.",
            )
        if self.discord_api is not None and "@" in urlsplit(self.discord_api).netloc:
            raise SettingsError(
                "The setting DISCORD_API contains a user name or password, which the bot cannot send.",
                "Remove the part before the @.",
            )
        if self.chat_base_url is not None and not self.chat_base_url.startswith(("http://", "https://")):
            raise SettingsError(
                "The setting CHAT_BASE_URL is not a web address.",
                "Leave it empty for the provider's own service, or give an address such as http://127.0.0.1:8000/v1.",
            )
        key = self.chat_api_key.get_secret_value() if self.chat_api_key else ""
        if not (key.isascii() and key.isprintable() and " " not in key):
            raise SettingsError(
                "The setting CHAT_API_KEY contains characters that are not allowed in a key.",
                "Copy it again from the provider's page.",
            )
        if self.chat_context_tokens <= self.chat_max_tokens:
            raise SettingsError(
                f"CHAT_CONTEXT_TOKENS ({self.chat_context_tokens}) must be greater than CHAT_MAX_TOKENS "
                f"({self.chat_max_tokens}).",
                "Raise the first or lower the second.",
            )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that are never printed or logged: tokens, keys, and passwords in addresses."""
        settings = (self.discord_token, self.chat_api_key, self.chroma_header)
        values = [secret.get_secret_value().strip() for secret in settings if secret]
        header = self.header()
        # A header's value may be logged without the name, and its token without the scheme before it.
        parts = (header[1], *header[1].split()[1:]) if header else ()
        passwords = [urlsplit(url).password for url in (self.chat_base_url, self.chroma_url) if url]
        # Clients of chat providers read these variables themselves, and a server may echo a key in an error.
        keys = [value for name, value in os.environ.items() if name.endswith(("_KEY", "_TOKEN"))]
        return tuple(secret for secret in (*values, *parts, *passwords, *keys) if secret)

    def token(self) -> str:
        """Return the Discord token; raises SettingsError if there is none."""
        token = self.discord_token.get_secret_value().strip() if self.discord_token else ""
        if not token:
            copy = "" if Path(".env").exists() else "Copy .env.example to .env, then "
            raise SettingsError(
                "There is no Discord token.",
                f"{copy}{'put' if copy else 'Put'} DISCORD_TOKEN=… into .env: Discord Developer Portal → your "
                "application → Bot → Reset Token.",
            )
        return token
