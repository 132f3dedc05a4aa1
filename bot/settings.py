"""What the bot needs beyond the index."""

from pathlib import Path

from pydantic import Field

from index.settings import IndexSettings


class BotSettings(IndexSettings):
    """Read like IndexSettings: a command's flag, then the environment, then `.env`."""

    reranker_model: str | None = Field(default=None)

    @property
    def history_file(self) -> Path:
        """Where the terminal chat keeps the questions that were typed."""
        return self.index_dir / "history"
