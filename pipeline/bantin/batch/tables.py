"""A record's findings as flat rows for CSV or Parquet. Every column is text or a number or empty.

Each row begins with the article's id and published date; ``start`` and ``end`` are code points of
the raw text, half open.
"""

from __future__ import annotations

import csv
import io
import re
from typing import BinaryIO

_ARTICLE = ("article", "published")
_SPAN = ("start", "end", "surface", "confidence")
COLUMNS: dict[str, tuple[str, ...]] = {
    "officials": (*_ARTICLE, "official", "name", "honorific", "rank", "mentions", "title", "role", "body", "branch", "level", "place", "former"),
    "places": (*_ARTICLE, *_SPAN, "kind", "code", "code_date", "parents", "successor"),
    "dates": (*_ARTICLE, *_SPAN, "value", "timex", "lunar"),
    "awards": (*_ARTICLE, *_SPAN, "kind", "rank", "realis", "issuer", "recipients", "presenters", "date"),
}
_NUMBERS = {"start": "int64", "end": "int64", "confidence": "float64", "official": "int64", "mentions": "int64"}


# A cell that a spreadsheet would run as a formula gets an apostrophe before it, which reading takes off.
_FORMULA = re.compile(r"['=+\-@\t\r\n]")


def safe(value):
    """A cell that no spreadsheet runs."""
    return "'" + value if isinstance(value, str) and _FORMULA.match(value) else value


def plain(value: str) -> str:
    """A cell as it was before :func:`safe`."""
    return value[1:] if value[:1] == "'" and _FORMULA.match(value[1:]) else value


def rows_of(record: dict, text: str) -> dict[str, list[list]]:
    """The rows of each table that one record gives, in the order of :data:`COLUMNS`. Ids of spans and
    extents become what stands there in the raw ``text``."""
    by_id = {span["id"]: span for span in record.get("spans", [])}
    events = {event.get("award"): event for event in record.get("awards", [])}
    found: dict[str, list[dict]] = {name: [] for name in COLUMNS}
    for number, person in enumerate(record.get("officials", []), 1):
        common = {**person, "official": number, "mentions": len(person.get("mentions", []))}
        for position in person.get("positions") or [{}]:
            found["officials"].append({**common, **position})
    for span in record.get("spans", []):
        if span["label"] == "PLACE":
            found["places"].append(span)
        elif span["label"] == "DATE":
            found["dates"].append(span)
        elif span["label"] == "AWARD":
            found["awards"].append({**span, **{key: value for key, value in events.get(span["id"], {}).items() if value is not None}})
    head = [record.get("id"), record.get("published")]
    return {name: [head + [_plain(row.get(column), by_id, text, column) for column in columns[2:]] for row in found[name]] for name, columns in COLUMNS.items()}


def _plain(value, spans: dict[str, dict], text: str, column: str = ""):
    if value is None or column in _NUMBERS:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return spans[value]["surface"] if value in spans else value
    if isinstance(value, list):
        if len(value) == 2 and all(type(item) is int for item in value):
            return text[value[0] : value[1]]
        return "; ".join(str(_plain(item, spans, text)) for item in value)
    if isinstance(value, dict):
        return " ".join(str(_plain(item, spans, text)) for item in value.values() if item is not None)
    return str(value)


def write_header(stream: BinaryIO, table: str) -> None:
    _csv(stream, [COLUMNS[table]])


def write(stream: BinaryIO, table: str, rows: list[list], kind: str) -> None:
    """One shard's rows: CSV without its header, or a Parquet file. Same rows, same bytes."""
    if kind == "csv":
        _csv(stream, rows)
        return
    from bantin.batch.rows import extra

    arrow, parquet = extra("pyarrow", "parquet"), extra("pyarrow.parquet", "parquet")
    columns = COLUMNS[table]
    schema = arrow.schema([(column, getattr(arrow, _NUMBERS.get(column, "string"))()) for column in columns])
    values = list(zip(*rows, strict=True)) if rows else [[] for _ in columns]
    parquet.write_table(arrow.table([arrow.array(list(found), kind.type) for found, kind in zip(values, schema, strict=True)], schema=schema), stream, compression="zstd")


def read(folder, name: str, kind: str) -> list[list]:
    """The rows that :func:`write` wrote; CSV gives text, which is written again as it was."""
    with folder.open(name) as stream:
        if kind == "csv":
            return [[plain(value) for value in row] for row in csv.reader(io.TextIOWrapper(stream, "utf-8", newline=""))]
        from bantin.batch.rows import extra

        return [list(row.values()) for row in extra("pyarrow.parquet", "parquet").read_table(stream).to_pylist()]


def _csv(stream: BinaryIO, rows) -> None:
    text = io.StringIO(newline="")
    # Of the two line ends Python's writer quotes a cell for those alone that its own holds.
    csv.writer(text, lineterminator="\r\n").writerows([[safe(value) for value in row] for row in rows])
    stream.write(text.getvalue().encode())
