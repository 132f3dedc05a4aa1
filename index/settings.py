"""Where articles and index live, and which model embeds them."""

from pathlib import Path
from typing import Self, TypeVar

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import SettingsError

S = TypeVar("S", bound="IndexSettings")


class IndexSettings(BaseSettings):
    """Read from the environment, then from `.env` in the working directory."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore")

    articles_dir: Path = Field(default=Path("articles"))
    articles_encoding: str | None = Field(default=None)
    index_dir: Path = Field(default=Path(".byline"))
    embedding_model: str | None = Field(default=None)

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
