"""The errors that a user sees as one line on stderr; each knows its exit code."""

from __future__ import annotations


class BantinError(Exception):
    """Something of the run is wrong (a file, a model, a lexicon). Exit code 1."""

    exit_code = 1


class UsageError(BantinError):
    """The call itself is wrong (an impossible ``--published``, an unknown format). Exit code 2."""

    exit_code = 2


class ArticleError(BantinError):
    """One article cannot be read or annotated; a batch goes on without it."""


class LexiconError(BantinError):
    """A lexicon is missing or damaged; the message names the file, the line and the reason."""


class ModelError(BantinError):
    """The shipped weights are missing, damaged or of another version."""
