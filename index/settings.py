"""Where articles and index live, and which model embeds them."""

import re
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import SettingsError

_URL_HINT = "Leave it empty for a folder, or give an address such as http://127.0.0.1:8000."
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)")

S = TypeVar("S", bound="IndexSettings")


class IndexSettings(BaseSettings):
    """Read from the environment, then from `.env` in the working directory."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore")

    articles_dir: Path = Field(default=Path("articles"))
    articles_encoding: str | None = Field(default=None)
    index_dir: Path = Field(default=Path(".byline"))
    embedding_model: str | None = Field(default=None)
    chroma_url: str | None = Field(default=None)
    chroma_header: SecretStr | None = Field(default=None)

    @field_validator("articles_dir", "index_dir")
    @classmethod
    def _at_home(cls, path: Path) -> Path:
        return path.expanduser()

    @field_validator("embedding_model")
    @classmethod
    def _model_at_home(cls, name: str | None) -> str | None:
        return str(Path(name).expanduser()) if name and name.startswith("~") else name

    @classmethod
    def load(cls, **overrides: object) -> Self:
        """Read the settings; an override that is None does not override.

        Raises SettingsError that names the setting and never shows its value.
        """
        given = {name: value for name, value in overrides.items() if value is not None}
        try:
            settings = cls(**given)  # type: ignore[arg-type]
        except ValidationError as error:
            first = error.errors()[0]
            name = "_".join(str(part) for part in first["loc"]).upper()
            raise SettingsError(
                f"The setting {name} cannot be used: {first['msg']}.",
                "Correct it in the environment or in .env; .env.example explains each setting.",
            ) from None
        except UnicodeDecodeError:
            raise SettingsError("The file .env is not UTF-8 text.", "Save it again as UTF-8.") from None
        settings.check()
        return settings

    def check(self) -> None:
        """Raise SettingsError for values that have the right type and still cannot work."""
        if self.articles_encoding is not None:
            try:
                "".encode(self.articles_encoding)
            except (LookupError, UnicodeError):
                raise SettingsError(
                    f"The setting ARTICLES_ENCODING names no encoding that Python knows: {self.articles_encoding}.",
                    "Use a name such as windows-1252, windows-1251 or latin-1, or leave it empty for UTF-8 only.",
                ) from None
        if self.chroma_url is not None:
            _check_url(self.chroma_url)
        self.header()

    def header(self) -> tuple[str, str] | None:
        """The name and value that CHROMA_HEADER holds; raises SettingsError that shows neither."""
        if self.chroma_header is None:
            return None
        match = _HEADER.fullmatch(self.chroma_header.get_secret_value().strip())
        if match is None:
            raise SettingsError(
                "The setting CHROMA_HEADER is no header.", "Write it as a name and a value: Authorization: Bearer …"
            )
        return match[1], match[2]


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise SettingsError("The setting CHROMA_URL is no web address.", _URL_HINT) from None
    if parts.username is not None or parts.password is not None:
        raise SettingsError("The setting CHROMA_URL holds a name or password.", "Put it into CHROMA_HEADER instead.")
    if not usable or parts.query or parts.fragment or not url.isascii() or not url.isprintable() or " " in url:
        raise SettingsError("The setting CHROMA_URL is no web address.", _URL_HINT)
