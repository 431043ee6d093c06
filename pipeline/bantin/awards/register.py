"""The table of awards over a dump: award, issuer, recipient, count, date, place, article.

It is built from records alone (their ``awards`` carry the surfaces). A row is one recipient of one
event; an event whose sentence names no recipient is a row of its own. ``count`` is the number that the
recipient's name begins with ("34 cá nhân"), 1 for a person or unit, empty for an open group ("các tập
thể"). ``date`` is the day of the giving where the article tells it, else the article's.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from bantin.batch.tables import safe
from bantin.errors import BantinError
from bantin.lexicon import rows
from bantin.text.fold import fold

COLUMNS = ("award", "kind", "rank", "issuer", "level", "recipient", "count", "presenters", "date", "place", "realis", "law", "reason", "mentions", "article", "published")
COUNTS = ("year", "kind", "issuer", "events", "recipients")
SHOWN = ("award", "issuer", "recipient", "count", "date", "place", "realis", "article")  # in a terminal
_NUMBER = re.compile(r"(?:(?:hơn|gần|khoảng|trên|ít nhất|cả|không quá)\s+)?(\d{1,3}(?:[.\s]\d{3})+|\d+)(?![\d,%/])")
_SHARE = re.compile(r"(\d+)/\d+\b")


@lru_cache(maxsize=1)
def numerals() -> dict[str, int | None]:
    """Words that count ("hai", "mười"), None for an open number ("các", "nhiều")."""
    return {fold(row["form"]): int(row["number"]) if row["number"] else None for row in rows("awards", "numerals", ("form", "number"))}


def read(paths: Iterable[Path]) -> Iterator[dict]:
    """The records of JSONL files and of a batch's folders (``part-*.jsonl``). Raises BantinError with file,
    line and reason."""
    for path in paths:
        files = sorted(path.glob("part-*.jsonl")) if path.is_dir() else [path]
        if not files:
            raise BantinError(f"{path}: no part-*.jsonl in this folder")
        for file in files:
            try:
                with file.open(encoding="utf-8") as lines:
                    for number, line in enumerate(lines, 1):
                        if line.strip():
                            yield _record(file, number, line)
            except (OSError, UnicodeDecodeError) as error:
                raise BantinError(f"{file}: {error}") from None


def _record(file: Path, number: int, line: str) -> dict:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise BantinError(f"{file}: line {number}: not JSON: {error.msg}") from None
    if not isinstance(record, dict) or "id" not in record or not isinstance(record.get("awards"), list):
        raise BantinError(f"{file}: line {number}: no record of bantin (an object with id, spans and awards)")
    if any("names" not in event for event in record["awards"]):
        raise BantinError(f"{file}: line {number}: awards without names: the record is of an older bantin, annotate again")
    return record


def count_of(recipient: str) -> int | None:
    """How many a recipient's name says there are; None for an open group or a share ("95% hộ")."""
    folded = fold(recipient)
    if "%" in folded:
        return None
    if share := _SHARE.match(folded):
        return int(share[1])
    if number := _NUMBER.match(folded):
        return int(re.sub(r"\D", "", number[1]))
    first = folded.split(" ", 1)[0]
    return numerals().get(first, 1)


def table(records: Iterable[dict], given: bool = False) -> Iterator[dict]:
    """Rows by :data:`COLUMNS`, in the order of the records. ``given``: without awards that were only aimed
    at, proposed, denied or withdrawn."""
    for record in records:
        for event in record["awards"]:
            if given and not event.get("realis", True):
                continue
            names = event["names"]
            shared = {
                "award": names["award"],
                "kind": event["kind"],
                "rank": event.get("rank") or event.get("years"),
                "issuer": "; ".join(names.get("issuers") or [names["issuer"]] if "issuer" in names else []) or None,
                "level": event.get("level"),
                "presenters": "; ".join(names.get("presenters", ())) or None,
                "date": names.get("date") or record.get("published"),
                "place": names.get("place"),
                "realis": bool(event.get("realis", True)),
                "law": event.get("law"),
                "reason": names.get("reason"),
                "mentions": len(event.get("mentions", (None,))),
                "article": record["id"],
                "published": record.get("published"),
            }
            for recipient in names.get("recipients") or [None]:
                row = {**shared, "recipient": recipient, "count": count_of(recipient) if recipient else None}
                yield {column: row[column] for column in COLUMNS}


def counts(found: Iterable[dict]) -> list[dict]:
    """Given awards by year, kind and issuer: events, and recipients as far as their number is told."""
    events: dict[tuple, set] = {}
    recipients: Counter = Counter()
    for row in found:
        if not row["realis"]:
            continue
        key = (str(row["date"] or "?")[:4], row["kind"], row["issuer"] or "?")
        events.setdefault(key, set()).add((row["article"], row["award"], row["issuer"], row["date"]))
        recipients[key] += row["count"] or 0
    return [{"year": key[0], "kind": key[1], "issuer": key[2], "events": len(events[key]), "recipients": recipients[key]} for key in sorted(events)]


def as_csv(found: Iterable[dict], columns: Iterable[str]) -> Iterator[str]:
    """Lines of CSV (RFC 4180), a header first; no cell is a spreadsheet's formula."""
    wanted = list(columns)
    yield _line(wanted)
    for row in found:
        yield _line([safe("" if row[column] is None else str(row[column]).lower() if isinstance(row[column], bool) else row[column]) for column in wanted])


def _line(cells: list) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
