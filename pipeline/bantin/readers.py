"""Files in: one article from a file or standard input, many from JSON lines.

Everything that is wrong with a file is said in one line with its place; nothing is skipped silently.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from bantin.article import Article, Published, parse_published
from bantin.errors import ArticleError, BantinError, UsageError


def read_article(name: str, published: Published | None = None) -> Article:
    """One article: plain text, or one JSON object with ``text``. ``-`` is standard input.

    ``published``, if given, stands over what the file says. Raises BantinError, ArticleError, UsageError.
    """
    if name == "-":
        data, identity = sys.stdin.buffer.read(), "stdin"
    else:
        path = Path(name)
        identity = path.stem
        if path.is_dir():
            raise BantinError(f"{name}: is a directory (bantin batch reads many files)")
        try:
            data = path.read_bytes()
        except OSError as error:
            raise BantinError(f"{name}: {error.strerror or error}") from None
    text = decode(data, name)
    if text.lstrip()[:1] == "{":
        try:
            fields = json.loads(text)
        except json.JSONDecodeError as error:
            if text.lstrip()[:2] in ('{"', "{}") or name.endswith(".json"):
                raise BantinError(f"{name}: not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
        else:
            article = article_from(fields, name, identity)
            return article if published is None else Article(article.text, article.id, published, article.source, article.title)
    if not text.strip():
        raise BantinError(f"{name}: the text is empty")
    return Article(text, identity, published)


def decode(data: bytes, name: str) -> str:
    """UTF-8 text (a byte order mark is dropped). Raises BantinError with the byte's position."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BantinError(f"{name}: UTF-16 text; convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8)")
    if b"\x00" in data[:8192]:
        raise BantinError(f"{name}: binary data, not text (a zero byte at byte {data.index(0)})")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BantinError(f"{name}: invalid UTF-8 at byte {error.start}") from None
    return text.removeprefix("\ufeff")


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


def read_lines(path: Path) -> Iterator[tuple[int, Article | ArticleError]]:
    """Each line of a JSONL file as (line number from 1, article or the reason why it is none)."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise BantinError(f"{path}: {error.strerror or error}") from None
    with stream:
        for number, data in enumerate(stream, 1):
            if not data.strip():
                continue
            where = f"{path}: line {number}"
            try:
                yield number, article_from(json.loads(decode(data, where)), where, f"{path.stem}-{number}")
            except json.JSONDecodeError as error:
                yield number, ArticleError(f"{where}: not JSON: {error.msg}")
            except ArticleError as error:
                yield number, error
            except BantinError as error:
                yield number, ArticleError(str(error))
