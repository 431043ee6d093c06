"""Tables for spreadsheets and data frames: CSV, Parquet, pandas.

``officials``, ``places``, ``dates`` and ``awards`` are those of ``bantin batch --tables``; ``spans`` and
``relations`` (with ``articles``) hold everything that gold has, so that a corrected table can be read again. In CSV a cell
that a spreadsheet would take for a formula begins with an apostrophe, which is taken off again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from bantin.batch import tables as flat
from bantin.errors import BantinError
from bantin.export.document import ATTRIBUTE, Known, digest

SPANS = ("article", "published", "id", "start", "end", "label", "surface", "value", "realis", "code", "confidence", "rule")
RELATIONS = ("article", "relation", "type", "role", "span", "start", "end", "surface", "confidence")
ARTICLES = ("article", "published", "title", "source", "sha256")
COLUMNS: dict[str, tuple[str, ...]] = {"articles": ARTICLES, "spans": SPANS, "relations": RELATIONS, **flat.COLUMNS}
_TYPES = {"start": "int64", "end": "int64", "confidence": "float64", "official": "int64", "mentions": "int64", "relation": "int64"}
_ROLES = ("official", "title", "date", "award", "issuer", "presenters", "recipients", "reason")


def rows(document: dict) -> dict[str, list[list]]:
    """Rows of every table for one document."""
    text = document["text"]
    article = {**document, "article": document["id"], "sha256": digest(text)}
    out = {"articles": [[article.get(column) for column in ARTICLES]], "spans": [], "relations": [], **flat.rows_of(document, text)}
    for span in document["spans"]:
        values = {**span, "article": document["id"], "published": document.get("published"), "surface": text[span["start"] : span["end"]]}
        if values.get("realis") is not None:
            values["realis"] = "true" if values["realis"] else "false"
        name = ATTRIBUTE.get(span["label"])
        out["spans"].append([values.get(column) if column not in ATTRIBUTE.values() or column == name else None for column in SPANS])
    by_id = {span["id"]: span for span in document["spans"]}
    for number, relation in enumerate(document.get("relations", ()), 1):
        for role in _ROLES:
            value = relation.get(role)
            if value is None:
                continue
            for each in value if role in ("presenters", "recipients") else [value]:
                span = by_id[each] if isinstance(each, str) else None
                start, end = (span["start"], span["end"]) if span else each
                out["relations"].append([document["id"], number, relation["type"], role, span["id"] if span else None, start, end, text[start:end], relation.get("confidence")])
    return out


def _all(documents: Iterable[dict]) -> dict[str, list[list]]:
    total: dict[str, list[list]] = {name: [] for name in COLUMNS}
    for document in documents:
        for name, found in rows(document).items():
            total[name] += found
    return total


def _csv(columns: tuple[str, ...], found: list[list], bom: bool) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([[flat.safe(value) for value in row] for row in found])
    return out.getvalue().encode("utf-8-sig" if bom else "utf-8")


def export(documents: Iterable[dict], bom: bool = False) -> Iterator[tuple[str, bytes]]:
    for name, found in _all(documents).items():
        yield f"{name}.csv", _csv(COLUMNS[name], found, bom)


def stream(documents: Iterable[dict], bom: bool = False) -> Iterator[bytes]:
    """The table of spans alone."""
    yield _csv(SPANS, _all(documents)["spans"], bom)


def read(path: Path, known: Known) -> Iterator[dict]:
    """Documents of articles.csv, spans.csv and relations.csv (of a folder), or of a table of spans alone."""
    if not path.is_dir():
        return _documents([], _rows(path, SPANS), None, known, path)
    articles, links = path / "articles.csv", path / "relations.csv"
    return _documents(_rows(articles, ARTICLES) if articles.exists() else [], _rows(path / "spans.csv", SPANS), _rows(links, RELATIONS) if links.exists() else None, known, path)


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BantinError(f"{path}: {error}") from None
    # A spreadsheet may have written it again with semicolons.
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    missing = [column for column in columns[:6] if column not in ("published", "title", "source") and column not in (reader.fieldnames or ())]
    if missing:
        raise BantinError(f"{path}: the columns {', '.join(missing)} are missing")
    return [{key: flat.plain(value) for key, value in row.items() if key and value} for row in reader]


def _documents(articles: list[dict], spans: list[dict], links: list[dict] | None, known: Known, path: Path) -> Iterator[dict]:
    documents: dict[str, dict] = {}
    try:
        for row in [*articles, *spans]:
            document = documents.get(row["article"])
            if document is None:
                document = documents[row["article"]] = {"id": row["article"], "published": row.get("published"), "text": known.text(row["article"], row.get("sha256")), "spans": []}
                if links is not None:
                    document["relations"] = []
            if "label" not in row:
                continue
            span = {"id": row["id"], "start": int(row["start"]), "end": int(row["end"]), "label": row["label"]}
            for name in ("value", "code"):
                if row.get(name):
                    span[name] = row[name]
            if row.get("realis"):
                span["realis"] = str(row["realis"]).strip().lower() in ("true", "1", "yes")
            document["spans"].append(span)
        made: dict[tuple[str, int], dict] = {}
        for row in links or ():
            key = (row["article"], int(row["relation"]))
            if key not in made:
                made[key] = {"type": row["type"]}
                documents[row["article"]].setdefault("relations", []).append(made[key])
            relation, role = made[key], row["role"]
            value = row.get("span") or [int(row["start"]), int(row["end"])]
            if role in ("presenters", "recipients"):
                relation.setdefault(role, []).append(value)
            else:
                relation[role] = value
    except (KeyError, ValueError) as error:
        raise BantinError(f"{path}: a row cannot be read ({error!r})") from None
    yield from documents.values()


def export_parquet(documents: Iterable[dict]) -> Iterator[tuple[str, bytes]]:
    from bantin.batch.rows import extra

    arrow, parquet = extra("pyarrow", "parquet"), extra("pyarrow.parquet", "parquet")
    for name, found in _all(documents).items():
        columns = COLUMNS[name]
        schema = arrow.schema([(column, getattr(arrow, _TYPES.get(column, "string"))()) for column in columns])
        values = list(zip(*found, strict=True)) if found else [[] for _ in columns]
        out = io.BytesIO()
        parquet.write_table(arrow.table([arrow.array(list(column), field.type) for column, field in zip(values, schema, strict=True)], schema=schema), out, compression="zstd")
        yield f"{name}.parquet", out.getvalue()


def read_parquet(path: Path, known: Known) -> Iterator[dict]:
    from bantin.batch.rows import extra

    parquet = extra("pyarrow.parquet", "parquet")

    def table(file: Path) -> list[dict]:
        try:
            return [{key: value for key, value in row.items() if value is not None} for row in parquet.read_table(file).to_pylist()]
        except (OSError, ValueError) as error:  # pyarrow's errors are these
            raise BantinError(f"{file}: {error}") from None

    if not path.is_dir():
        return _documents([], table(path), None, known, path)
    return _documents(table(path / "articles.parquet"), table(path / "spans.parquet"), table(path / "relations.parquet"), known, path)


def frames(documents: Iterable[dict]) -> dict:
    """A pandas DataFrame for each table (extra ``pandas``). Raises BantinError where pandas is missing."""
    from bantin.batch.rows import extra

    pandas = extra("pandas", "pandas")
    return {name: pandas.DataFrame(found, columns=list(COLUMNS[name])) for name, found in _all(documents).items()}
