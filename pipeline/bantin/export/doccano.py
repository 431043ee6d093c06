"""doccano JSON Lines (project type sequence labelling with relations and overlapping spans allowed).

White space at the ends of the text is kept apart (``before``, ``after``), since doccano strips it and
would shift every offset. Values and the article's id are further fields, which doccano keeps as the
example's metadata and gives back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from bantin.errors import BantinError
from bantin.export.document import ATTRIBUTE, Known, edges
from bantin.export.document import read as rows


def export(documents: Iterable[dict]) -> Iterator[bytes]:
    for document in documents:
        text = document["text"]
        body = text.strip()
        before = text[: len(text) - len(text.lstrip())]
        shift = len(before)
        arguments, found = edges(document)
        numbers: dict[str, int] = {}
        entities = []
        values = {}
        for span in [*document["spans"], *arguments]:
            numbers[span["id"]] = len(numbers) + 1
            entities.append({"id": numbers[span["id"]], "label": span["label"], "start_offset": span["start"] - shift, "end_offset": span["end"] - shift})
            name = ATTRIBUTE.get(span["label"], "")
            if span.get(name) is not None:
                values[f"{span['start'] - shift}:{span['end'] - shift}:{span['label']}"] = span[name]
        made = {
            "text": body,
            "entities": entities,
            "relations": [{"id": at, "from_id": numbers[a], "to_id": numbers[b], "type": label} for at, (a, b, label) in enumerate(found, 1)],
            "Comments": [],
            "article": document["id"],
            "published": document.get("published") or "",
            "before": before,
            "after": text[len(before) + len(body) :],
            "values": values,
        }
        yield (json.dumps(made, ensure_ascii=False) + "\n").encode()


def read(path: Path, known: Known) -> Iterator[dict]:
    """Documents of doccano's JSONL export (entities or ``label`` triples)."""
    for row in rows(path):
        try:
            before = row.get("before") or ""
            shift = len(before)
            values = row.get("values") or {}
            entities = row.get("entities")
            if entities is None:
                entities = [{"id": at, "start_offset": a, "end_offset": b, "label": label} for at, (a, b, label) in enumerate(row.get("label", ()), 1)]
            spans = []
            for entity in entities:
                start, end, label = entity["start_offset"], entity["end_offset"], entity["label"]
                span = {"id": f"d{entity['id']}", "start": start + shift, "end": end + shift, "label": label}
                if (key := f"{start}:{end}:{label}") in values and label in ATTRIBUTE:
                    span[ATTRIBUTE[label]] = values[key]
                spans.append(span)
            found = [(f"d{r['from_id']}", f"d{r['to_id']}", r["type"]) for r in row.get("relations", ())]
            yield {"id": str(row.get("article") or row["id"]), "published": row.get("published") or None, "text": before + row["text"] + (row.get("after") or ""), "spans": spans, "edges": found}
        except (KeyError, TypeError, ValueError) as error:
            raise BantinError(f"{path}: {row.get('id')}: not doccano's form ({error!r})") from None
