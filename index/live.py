"""The index as a long-running reader sees it: always the newest generation that can be opened."""

from pathlib import Path

from index.errors import IndexUnusable
from index.generations import Generations
from index.store import Generation


class LiveIndex:
    """Follows CURRENT. What was opened goes on answering from its private copy when the new one cannot be opened.

    `trouble` says why the newest generation is not the one that answers, if so.
    """

    def __init__(self, root: Path, model: str) -> None:
        self._generations = Generations(root)
        self._model = model
        self._open: Generation | None = None
        self._refused: str | None = None
        self.trouble: IndexUnusable | None = None

    def generation(self) -> Generation:
        """The newest generation; raises IndexUnusable only if none was ever opened."""
        try:
            newest = self._generations.current().name
            if self._open is not None and newest == self._refused and self.trouble is not None:
                return self._open  # it was tried; trying again costs a copy of it for each question
            if self._open is None or self._open.name != newest:
                self._refused = newest
                opened = Generation.open(self._generations, self._model)
                self.close()
                self._open = opened
                self._refused = None
            self.trouble = None
        except IndexUnusable as error:
            if self._open is None:
                raise
            self.trouble = error
        return self._open

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
