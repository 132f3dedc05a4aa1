"""Settings of the index: the folders of articles and index, the embedding model, the Chroma server."""

import re
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import SettingsError

_URL_HINT = "Leave it empty to keep the index in a folder, or set it to a URL such as http://127.0.0.1:8000."
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)")


class IndexSettings(BaseSettings):
    """Settings read from the environment, then from `.env` in the working directory.

    Attributes:
        articles_dir: Folder of the article files.
        articles_encoding: Encoding of files that are not UTF-8; None rejects such files.
        index_dir: Folder of the index.
        embedding_model: Name or folder of a sentence-transformers model; None for the installed default.
        chroma_url: URL of a Chroma server; None stores the index in `index_dir`.
        chroma_header: HTTP header for the Chroma server, as "Name: value".
    """

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore")

    articles_dir: Path = Field(default=Path("articles"))
    articles_encoding: str | None = Field(default=None)
    index_dir: Path = Field(default=Path(".byline"))
    embedding_model: str | None = Field(default=None)
    chroma_url: str | None = Field(default=None)
    chroma_header: SecretStr | None = Field(default=None)

    @field_validator("articles_dir", "index_dir")
    @classmethod
    def _expand_home(cls, path: Path) -> Path:
        return path.expanduser()

    @field_validator("embedding_model")
    @classmethod
    def _expand_model_home(cls, name: str | None) -> str | None:
        return str(Path(name).expanduser()) if name and name.startswith("~") else name

    @classmethod
    def load(cls, **overrides: object) -> Self:
        """Read and validate the settings.

        Args:
            **overrides: Values that take precedence over the environment; None means not given.

        Raises:
            SettingsError: A value is not valid. The message names the setting and never shows a secret.
        """
        flags = {name: value for name, value in overrides.items() if value is not None}
        try:
            settings = cls(**flags)  # type: ignore[arg-type]
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
        """Check what a field's type does not.

        Raises:
            SettingsError: A value has the right type but is not valid.
        """
        if self.articles_encoding is not None:
            try:
                "".encode(self.articles_encoding)
            except (LookupError, UnicodeError):
                raise SettingsError(
                    f"The setting ARTICLES_ENCODING is not an encoding that Python knows: {self.articles_encoding}.",
                    "Use a name such as windows-1252, windows-1251 or latin-1, or leave it empty for UTF-8 only.",
                ) from None
        if self.chroma_url is not None:
            _check_url(self.chroma_url)
        self.header()

    def header(self) -> tuple[str, str] | None:
        """Return name and value of the HTTP header for the Chroma server.

        Raises:
            SettingsError: CHROMA_HEADER is not a header. The message does not show it.
        """
        if self.chroma_header is None:
            return None
        match = _HEADER.fullmatch(self.chroma_header.get_secret_value().strip())
        if match is None:
            raise SettingsError(
                "The setting CHROMA_HEADER is not a valid HTTP header.",
                "Write a name and a value: Authorization: Bearer …",
            )
        return match[1], match[2]


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise SettingsError("The setting CHROMA_URL is not a valid URL.", _URL_HINT) from None
    if parts.username is not None or parts.password is not None:
        raise SettingsError("The setting CHROMA_URL contains a user name or password.", "Use CHROMA_HEADER instead.")
    if not usable or parts.query or parts.fragment or not url.isascii() or not url.isprintable() or " " in url:
        raise SettingsError("The setting CHROMA_URL is not a valid URL.", _URL_HINT)
