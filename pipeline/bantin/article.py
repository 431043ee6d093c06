"""What comes in: one article, its text untouched, with what is known about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bantin.errors import ArticleError, UsageError

# A file of a crawl may begin " date 2022-01 ": metadata of the crawler, not text of the article.
PREFIX = re.compile(r"\A\s*date (?P<published>\d{4}(?:-\d\d){0,2})(?=\s)[^\S\n]*")
_PUBLISHED = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:[T ].*)?)?)?\Z", re.S)


@dataclass(frozen=True)
class Published:
    """The day, month or year on which an article appeared: what is unknown is None."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        return "-".join([f"{self.year:04d}"] + [f"{part:02d}" for part in (self.month, self.day) if part])

    @property
    def first(self) -> date:
        """The first day that it may be."""
        return date(self.year, self.month or 1, self.day or 1)


def parse_published(text: str) -> Published:
    """``2022``, ``2022-01``, ``2022-01-09`` (a time of day after it is dropped). Raises UsageError."""
    match = _PUBLISHED.match(text.strip())
    try:
        if not match:
            raise ValueError
        year, month, day = (int(part) if part else None for part in match.group("year", "month", "day"))
        assert year is not None
        date(year, month or 1, day or 1)
    except ValueError:
        raise UsageError(f"published: '{' '.join(text.split())}' is no day, month or year (YYYY-MM-DD, YYYY-MM or YYYY)") from None
    return Published(year, month, day)


@dataclass(frozen=True)
class Article:
    """One article. ``text`` is the raw text to which every offset refers; ``source`` names the
    newspaper or site where it is known."""

    text: str
    id: str = "article"
    published: Published | None = None
    source: str | None = None
    title: str | None = None

    def __post_init__(self) -> None:
        name = " ".join(str(self.id).split())  # an error is one line
        if not isinstance(self.text, str):
            raise ArticleError(f"{name}: the text is not a string")
        if not self.text.strip():
            raise ArticleError(f"{name}: the text is empty")
        try:
            self.text.encode()
        except UnicodeEncodeError as error:
            raise ArticleError(f"{name}: half a surrogate pair at character {error.start}") from None
        if self.published is None and (match := PREFIX.match(self.text)):
            try:
                object.__setattr__(self, "published", parse_published(match["published"]))
            except UsageError:
                pass  # "date 2022-13" is no metadata; the text stays as it is
