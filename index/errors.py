"""Everything that can go wrong in a way a person can act on.

BylineError
├── UsageError           the command or the question cannot be used as given
├── SettingsError        a setting cannot be used
├── ArticlesError        there is nothing to index
├── ArticleRejected      one file cannot be indexed; the others can
├── ModelError           the embedding model cannot be loaded
└── IndexUnusable        there is no index that can answer
    ├── IndexMissing     none was built yet, or it was deleted
    ├── IndexOutdated    it was built with other settings than today's
    ├── IndexDamaged     its files are not what the rebuild wrote
    ├── IndexUnreachable the Chroma server does not answer; it may again
    └── IndexLocked      another rebuild is at work
"""

UNCHANGED = "The index that answered before is unchanged."
COPY_HINT = "Free space in the temporary folder, or name another with TMPDIR."
OWNER_HINT = "Run this as the user to whom it belongs, such as the one that the bot runs as."
REBUILD_HINT = "Build it with: python -m index rebuild"


class BylineError(Exception):
    """One plain sentence for a person, a hint that says what to do, and an exit status."""

    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(BylineError):
    exit_status = 2


class SettingsError(BylineError):
    exit_status = 2


class ArticlesError(BylineError):
    exit_status = 2


class ArticleRejected(BylineError):
    """The message completes the sentence "NAME was skipped: …"."""


class ModelError(BylineError):
    exit_status = 2


class IndexUnusable(BylineError):
    """There is no index that can answer."""


class IndexMissing(IndexUnusable):
    pass


class IndexOutdated(IndexUnusable):
    exit_status = 2


class IndexDamaged(IndexUnusable):
    pass


class IndexUnreachable(IndexUnusable):
    pass


class IndexLocked(IndexUnusable):
    pass
