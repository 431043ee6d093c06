"""Prodigy JSON Lines, for its recipes ``spans.manual`` and ``rel.manual``: text, tokens, spans by token,
relations by the last token of each span, ``answer``. Rejected and ignored examples are not imported."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path

from bantin.errors import BantinError
from bantin.export.document import ATTRIBUTE, Known, edges
from bantin.export.document import read as rows
from bantin.export.tokens import tokens


def export(documents: Iterable[dict]) -> Iterator[bytes]:
    for document in documents:
        text = document["text"]
        arguments, found = edges(document)
        every = [*document["spans"], *arguments]
        cut = tokens(text, every)
        starts = [start for start, _ in cut]
        ends = [end for _, end in cut]
        spans: dict[str, dict] = {}
        for span in every:
            spans[span["id"]] = {
                "id": span["id"],
                "start": span["start"],
                "end": span["end"],
                "token_start": bisect_left(starts, span["start"]),
                "token_end": bisect_left(ends, span["end"]),
                "label": span["label"],
            }
            name = ATTRIBUTE.get(span["label"], "")
            if span.get(name) is not None:
                spans[span["id"]][name] = span[name]
        short = ("id", "start", "end", "token_start", "token_end", "label")
        made = {
            "text": text,
            "meta": {"article": document["id"], "published": document.get("published") or ""},
            "tokens": [{"text": text[start:end], "start": start, "end": end, "id": at, "ws": text[end : end + 1] == " "} for at, (start, end) in enumerate(cut)],
            "spans": list(spans.values()),
            "relations": [
                {"head": spans[a]["token_end"], "child": spans[b]["token_end"], "label": label, "head_span": {k: spans[a][k] for k in short}, "child_span": {k: spans[b][k] for k in short}}
                for a, b, label in found
            ],
            "answer": "accept",
        }
        yield (json.dumps(made, ensure_ascii=False) + "\n").encode()


def read(path: Path, known: Known) -> Iterator[dict]:
    for row in rows(path):
        if row.get("answer", "accept") != "accept":
            continue
        try:
            spans = []
            names: dict[tuple, str] = {}
            for at, span in enumerate(row.get("spans", ()), 1):
                made = {"id": str(span.get("id") or f"p{at}"), **{key: span[key] for key in ("start", "end", "label")}}
                name = ATTRIBUTE.get(span["label"], "")
                if span.get(name) is not None:
                    made[name] = span[name]
                names[span["start"], span["end"], span["label"]] = made["id"]
                spans.append(made)
            found = []
            for relation in row.get("relations", ()):
                ends = [names.get((s["start"], s["end"], s["label"])) for s in (relation["head_span"], relation["child_span"])]
                if None not in ends:
                    found.append((*ends, relation["label"]))
            meta = row.get("meta", {})
            yield {"id": str(meta.get("article") or row["id"]), "published": meta.get("published") or None, "text": row["text"], "spans": spans, "edges": found}
        except (KeyError, TypeError) as error:
            raise BantinError(f"{path}: {row.get('id')}: not Prodigy's form ({error!r})") from None
