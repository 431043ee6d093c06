"""spaCy: a ``DocBin`` (``docs.spacy``), and JSON Lines of ``Doc.to_json()``.

The Doc holds the raw text (so offsets are the record's) cut into underthesea's words and at the edges
of the spans. ``doc.spans`` has the groups officials, titles, places, dates, awards; a span's ``id_``
is its id, its ``kb_id_`` its value (EDTF, code, realis). The relations stand in ``doc.user_data["bantin"]``
(in the JSON form under ``"bantin"``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from bantin.errors import BantinError
from bantin.export.document import ATTRIBUTE, Known, as_gold
from bantin.record import LABELS

GROUPS = {"OFFICIAL": "officials", "TITLE": "titles", "PLACE": "places", "DATE": "dates", "AWARD": "awards"}
_LAYERS = {group: label for label, group in GROUPS.items()}
KEY = "bantin"


def make(document: dict, vocab, split_words: bool = True):
    """The Doc of one document."""
    from spacy.tokens import Doc, Span

    text = document["text"]
    forms: list[str] = []
    spaces: list[bool] = []
    position = 0
    for start, end in _tokens(document) if split_words else []:
        _gap(text, position, start, forms, spaces)
        forms.append(text[start:end])
        spaces.append(False)
        position = end
    _gap(text, position, len(text), forms, spaces)
    doc = Doc(vocab, words=forms, spaces=spaces)
    assert doc.text == text
    for label, group in GROUPS.items():
        made = []
        for span in document["spans"]:
            if span["label"] == label:
                found = doc.char_span(span["start"], span["end"], label=label, kb_id=_value(span), span_id=span["id"])
                assert isinstance(found, Span), span
                made.append(found)
        doc.spans[group] = made
    gold = as_gold(document)
    doc.user_data[KEY] = json.dumps({key: value for key, value in gold.items() if key not in ("text", "spans")}, ensure_ascii=False)
    return doc


def _tokens(document: dict) -> list[tuple[int, int]]:
    from bantin.text.normalise import Text
    from bantin.text.words import words

    source = Text(document["text"])
    edges = sorted({offset for span in document["spans"] for offset in (span["start"], span["end"])})
    out: list[tuple[int, int]] = []
    at = 0
    for word in words(source.clean):
        start, end = source.to_raw(*word)
        start = max(start, out[-1][1] if out else 0)
        while at < len(edges) and edges[at] <= start:
            at += 1
        while at < len(edges) and edges[at] < end:
            out.append((start, edges[at]))
            start = edges[at]
            at += 1
        if start < end:
            out.append((start, end))
    return _with_edges(out, edges, len(document["text"]))


def _with_edges(found: list[tuple[int, int]], edges: list[int], length: int) -> list[tuple[int, int]]:
    """An edge between two words (a mark that the tokenizer left out) begins or ends a token by itself."""
    out: list[tuple[int, int]] = []
    position = 0
    for start, end in [*found, (length, length)]:
        inside = [edge for edge in edges if position < edge < start]
        for edge in inside:
            out.append((position, edge))
            position = edge
        if inside and position < start:
            out.append((position, start))
        if start < end:
            out.append((start, end))
        position = end
    return out


def _gap(text: str, start: int, end: int, forms: list[str], spaces: list[bool]) -> None:
    if start == end:
        return
    if forms and text[start] == " ":
        spaces[-1] = True
        start += 1
    if start < end:
        forms.append(text[start:end])
        spaces.append(False)


def _value(span: dict) -> str:
    value = span.get(ATTRIBUTE.get(span["label"], ""))
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _attribute(label: str, value: str) -> dict:
    if not value or label not in ATTRIBUTE:
        return {}
    return {ATTRIBUTE[label]: value == "true" if label == "AWARD" else value}


def _vocab():
    from spacy.vocab import Vocab

    return Vocab()


def export(documents: Iterable[dict]) -> Iterator[bytes]:
    from spacy.tokens import DocBin

    vocab = _vocab()
    bin_ = DocBin(attrs=["ORTH", "SPACY"], store_user_data=True)
    for document in documents:
        bin_.add(make(document, vocab))
    yield bin_.to_bytes()


def read(path: Path, known: Known) -> Iterator[dict]:
    from spacy.tokens import DocBin

    try:
        bin_ = DocBin(store_user_data=True).from_bytes(path.read_bytes())
    except Exception as error:  # msgpack and zlib raise their own
        raise BantinError(f"{path}: not a DocBin: {error}") from None
    for number, doc in enumerate(bin_.get_docs(_vocab()), 1):
        about = json.loads(doc.user_data.get(KEY, "{}"))
        spans = [
            {"id": span.id_ or f"s{group}{at}", "start": span.start_char, "end": span.end_char, "label": span.label_, **_attribute(span.label_, span.kb_id_)}
            for group in doc.spans
            for at, span in enumerate(doc.spans[group])
            if span.label_ in LABELS
        ]
        yield {"id": f"{path.stem}-{number}", **about, "text": doc.text, "spans": spans}


def export_json(documents: Iterable[dict]) -> Iterator[bytes]:
    vocab = _vocab()
    for document in documents:
        made = make(document, vocab).to_json()
        made.pop("ents", None)
        ids = {(s["start"], s["end"], s["label"]): s["id"] for s in document["spans"]}
        for group in made.get("spans", {}).values():
            for span in group:
                span["id"] = ids[span["start"], span["end"], span["label"]]
        gold = as_gold(document)
        made[KEY] = {key: value for key, value in gold.items() if key not in ("text", "spans")}
        yield (json.dumps(made, ensure_ascii=False) + "\n").encode()


def read_json(path: Path, known: Known) -> Iterator[dict]:
    """JSON of Docs: what :func:`export_json` writes, or any lines with ``text`` and ``spans`` by group."""
    from bantin.export.document import read as rows

    for row in rows(path):
        if not isinstance(row.get("spans"), dict):
            raise BantinError(f"{path}: {row.get('id')}: spans by group were expected (Doc.to_json)")
        try:
            spans = []
            for group, members in row["spans"].items():
                for at, span in enumerate(members):
                    label = span.get("label") or _LAYERS.get(group, group)
                    if label in LABELS:
                        spans.append({"id": str(span.get("id") or f"s{group}{at}"), "start": span["start"], "end": span["end"], "label": label, **_attribute(label, span.get("kb_id") or "")})
            found = {"id": row["id"], **row.get(KEY, {}), "text": row["text"], "spans": spans}
        except (KeyError, TypeError, AttributeError) as error:
            raise BantinError(f"{path}: {row.get('id')}: no JSON of a Doc with text and spans ({error})") from None
        yield found
