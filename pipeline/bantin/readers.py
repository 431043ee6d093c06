"""One article in: from a file, from standard input, from one row of a dump.

Everything that is wrong with it is said in one line with its place; nothing is skipped silently.
How a dump is taken apart into rows is :mod:`bantin.batch.rows`.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from bantin.article import Article, Published, parse_published
from bantin.errors import ArticleError, BantinError, UsageError
from bantin.text import encodings

# An article above this is refused (the longest real ones have 200,000 characters); --max-chars changes it.
MAX_CHARS = 1_000_000


def read_article(name: str, published: Published | None = None, encoding: str = "utf-8", max_chars: int = MAX_CHARS) -> Article:
    """One article: plain text, or one JSON object with ``text``. ``-`` is standard input.

    ``published``, if given, stands over what the file says; ``encoding`` as for :func:`decode`. No more
    is read than ``max_chars`` characters can take. Raises BantinError, ArticleError, UsageError.
    """
    # A character takes up to 4 bytes, in JSON up to 12 (two escapes of a surrogate pair).
    most = 12 * max_chars + 4096
    if name == "-":
        data, identity = sys.stdin.buffer.read(most + 1), "stdin"
    else:
        path = Path(name)
        identity = path.stem
        if path.is_dir():
            raise BantinError(f"{name}: is a directory (bantin batch reads many files)")
        try:
            with path.open("rb") as file:
                data = file.read(most + 1)
        except OSError as error:
            raise BantinError(f"{name}: {error.strerror or error}") from None
    if len(data) > most:
        raise ArticleError(f"{name}: more than {most:,} bytes, too long for an article of at most {max_chars:,} characters (--max-chars)")
    text = decode(data, name, encoding)
    if text.lstrip()[:1] == "{":
        try:
            fields = json.loads(text)
        except RecursionError:
            raise BantinError(f"{name}: not JSON: nested too deeply") from None
        except json.JSONDecodeError as error:
            if text.lstrip()[:2] in ('{"', "{}") or name.endswith(".json"):
                raise BantinError(f"{name}: not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
        else:
            article = _bounded(article_from(fields, name, identity), name, max_chars)
            return article if published is None else Article(article.text, article.id, published, article.source, article.title)
    if not text.strip():
        raise BantinError(f"{name}: the text is empty")
    return _bounded(Article(text, identity, published), name, max_chars)


def _bounded(article: Article, name: str, max_chars: int) -> Article:
    if len(article.text) > max_chars:
        raise ArticleError(f"{name}: {len(article.text):,} characters, more than {max_chars:,} (--max-chars)")
    return article


def decode(data: bytes, name: str, encoding: str = "utf-8") -> str:
    """The text of ``data`` (a byte order mark is dropped). ``encoding``: utf-8, a legacy encoding by name,
    or ``auto`` (:mod:`bantin.text.encodings`); offsets are of the converted text. Raises BantinError that
    names the byte, and the encoding where one is recognised; UsageError on an unknown name."""
    if encoding not in encodings.CHOICES:
        raise UsageError(f"--encoding: '{encoding}' is none of {', '.join(encodings.CHOICES)}")
    try:
        return encodings.decode(data, encoding)
    except encodings.EncodingError as error:
        raise BantinError(f"{name}: {error}") from None


def article_from(fields: object, where: str, identity: str) -> Article:
    """An article from a JSON object: ``text``, and if present ``id``, ``published``, ``source``, ``title``."""
    if not isinstance(fields, dict):
        raise ArticleError(f"{where}: a JSON object with 'text' was expected, not {type(fields).__name__}")
    text = fields.get("text")
    if not isinstance(text, str):
        raise ArticleError(f"{where}: the JSON object has no 'text'" if text is None else f"{where}: 'text' is not a string")
    published = fields.get("published")
    try:
        day = parse_published(str(published)) if published not in (None, "") else None
    except UsageError as error:
        raise ArticleError(f"{where}: {error}") from None
    identity = str(fields.get("id") or identity)
    try:
        return Article(text, identity, day, fields.get("source"), fields.get("title"))
    except ArticleError as error:
        raise ArticleError(f"{where}: {error}") from None


@dataclass(frozen=True)
class Fields:
    """How the fields of an article are called in a dump."""

    text: str = "text"
    id: str = "id"
    published: str = "published"
    source: str = "source"
    title: str = "title"


def article_of_row(kind: str, raw: bytes, identity: str | None, fields: Fields) -> Article:
    """The article of one row of a dump. ``kind`` says what ``raw`` is: ``json`` (an object), ``text``
    (the article itself) or ``html`` (an object with ``url``, ``html`` in base64: a page of a WARC).

    An article without an id gets one from its text (``identity`` if given), so that it is the same
    wherever the row stands. Raises ArticleError.
    """
    where = identity or "article"
    try:
        text = decode(raw, where)
        if kind == "text":
            return Article(text, identity or text_id(text))
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ArticleError(f"not JSON: {error.msg} (column {error.colno})" if isinstance(error, json.JSONDecodeError) else f"not JSON: {error}") from None
        if kind == "html":
            found = _main_text(found)
        elif isinstance(found, dict) and fields != Fields():
            found = {name: found.get(called) for name, called in vars(fields).items()}
            if found["text"] is None:
                raise ArticleError(f"the JSON object has no '{fields.text}'")
        text = found.get("text") if isinstance(found, dict) else None
        return article_from(found, where, identity or (text_id(text) if isinstance(text, str) else "article"))
    except BantinError as error:
        # The place is said by the caller, who knows file, line and offset.
        raise ArticleError(str(error).removeprefix(f"{where}: ").removeprefix(f"{where}: ")) from None


def text_id(text: str) -> str:
    """The id of an article that has none: the first 16 hex digits of its text's SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _main_text(page: dict) -> dict:
    """The article of a web page: main text, title and date by trafilatura (extra ``warc``)."""
    import base64

    import trafilatura

    html = base64.b64decode(page["html"])
    found = trafilatura.bare_extraction(html, url=page["url"], with_metadata=True, include_comments=False)
    if found is None or not (found.text or "").strip():
        raise ArticleError("the page has no main text")
    return {"text": found.text, "id": page["url"], "published": found.date or None, "source": found.sitename or found.hostname, "title": found.title}
