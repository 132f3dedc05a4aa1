"""Errors that a user can act on, and the hints that several modules share.

BylineError
├── UsageError           the command or the question is not valid
├── SettingsError        a setting is not valid
├── ArticlesError        the articles folder is missing or unreadable, or contains nothing to index
├── ArticleRejected      one file cannot be indexed; the others can
├── ModelError           a model cannot be loaded: the embedding model, or the one that scores sentences
├── IndexLocked          another rebuild is running; the current index still answers
└── IndexUnusable        no index can answer
    ├── IndexMissing     it was never built, or was deleted
    ├── IndexOutdated    it was built with other settings or by another version
    ├── IndexDamaged     its files differ from what the rebuild wrote
    └── IndexUnreachable the Chroma server does not respond
"""

UNCHANGED = "The previous index is unchanged."
COPY_HINT = "Free space in the temporary folder, or set TMPDIR to another folder."
OWNER_HINT = "Run this as the user who owns it, for example the user that the bot runs as."
REBUILD_HINT = "Build it with: byline rebuild"


class BylineError(Exception):
    """Base class of all errors that are shown to a user without a traceback.

    Attributes:
        message: What is wrong, in one sentence.
        hint: What to do about it; empty if there is nothing to add.
        exit_status: Exit status of a command that ends with this error: 2 for invalid use or configuration,
            1 for work that failed.
    """

    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(BylineError):
    """The command or the question is not valid."""

    exit_status = 2


class SettingsError(BylineError):
    """A setting is not valid."""

    exit_status = 2


class ArticlesError(BylineError):
    """The articles folder is missing or unreadable, or contains nothing to index."""

    exit_status = 2


class ArticleRejected(BylineError):
    """One file cannot be indexed. The message completes the sentence "NAME was skipped: …"."""


class ModelError(BylineError):
    """A model cannot be loaded: the embedding model, or the cross-encoder that scores sentences."""

    exit_status = 2


class IndexLocked(BylineError):
    """Another rebuild is running; the current index still answers."""


class IndexUnusable(BylineError):
    """No index can answer."""


class IndexMissing(IndexUnusable):
    """The index was never built, or was deleted."""


class IndexOutdated(IndexUnusable):
    """The index was built with other settings or by another version."""

    exit_status = 2


class IndexDamaged(IndexUnusable):
    """The files of the index differ from what the rebuild wrote."""


class IndexUnreachable(IndexUnusable):
    """The Chroma server does not respond."""
