"""CoNLL columns with IOB2 tags: FORM, START, END, TAG, separated by tabs, a blank line after a sentence.

Layers nest, so a folder gets one file a layer (official.conll, …); as one file (standard output) each
layer is a column of tags. ``-DOCSTART-`` begins a document with its id and its text's SHA-256 in the
columns of the offsets, so that a reader of four columns sees a token tagged O. Tokens are syllables,
numbers and marks; START and END are code points of the raw text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote

from bantin.errors import BantinError
from bantin.export.document import Known
from bantin.export.tokens import tokens
from bantin.record import LABELS
from bantin.text.blocks import blocks, sentences

_START = "-DOCSTART-"


def export(documents: Iterable[dict]) -> Iterator[tuple[str, bytes]]:
    kept = list(documents)
    for label in LABELS:
        yield f"{label.lower()}.conll", b"".join(_document(document, (label,)) for document in kept)


def stream(documents: Iterable[dict]) -> Iterator[bytes]:
    """All layers side by side: FORM, START, END and five columns of tags."""
    for document in documents:
        yield _document(document, LABELS)


def _document(document: dict, labels: tuple[str, ...]) -> bytes:
    text = document["text"]
    found = tokens(text, document["spans"])
    tags = [_tags(found, [s for s in document["spans"] if s["label"] == label], label) for label in labels]
    # Sentences of the raw text: their forms, not their offsets, decide, so that any text will do. A
    # span that runs over a sentence's end (a broken line) keeps its sentence whole.
    cuts = [start for start, _ in sentences(text, blocks(text))]
    lines = ["\t".join([_START, quote(document["id"], safe="/"), document.get("sha256") or _sha(text), *["O"] * len(labels)]), ""]
    last = 0
    for index, (start, end) in enumerate(found):
        sentence = bisect_right(cuts, start)
        if index and sentence != last and not any(column[index].startswith("I-") for column in tags):
            lines.append("")
        last = sentence
        lines.append("\t".join([text[start:end], str(start), str(end), *(column[index] for column in tags)]))
    return ("\n".join(lines) + "\n\n").encode()


def _sha(text: str) -> str:
    from bantin.export.document import digest

    return digest(text)


def _tags(found: list[tuple[int, int]], spans: list[dict], label: str) -> list[str]:
    out = ["O"] * len(found)
    starts = [start for start, _ in found]
    for span in spans:
        index = bisect_right(starts, span["start"] - 1)
        prefix = "B-"
        while index < len(found) and found[index][0] < span["end"]:
            out[index] = prefix + label
            prefix = "I-"
            index += 1
    return out


def read(path: Path, known: Known) -> Iterator[dict]:
    """Documents of a folder of layers or of one file. The texts and values come from ``known``."""
    files = sorted(path.glob("*.conll")) if path.is_dir() else [path]
    if not files:
        raise BantinError(f"{path}: no *.conll file")
    documents: dict[str, dict] = {}
    for file in files:
        document: dict = {}
        open_: list[dict | None] = []
        try:
            lines = file.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise BantinError(f"{file}: {error}") from None
        for number, line in enumerate(lines, 1):
            if not line.strip():
                open_ = [None] * len(open_)
                continue
            fields = line.rstrip("\r").split("\t")
            if len(fields) < 4:
                raise BantinError(f"{file}: line {number}: FORM, START, END and tags were expected, separated by tabs")
            if fields[0] == _START:
                identity = unquote(fields[1])
                document = documents.setdefault(identity, {"id": identity, "sha256": fields[2], "text": known.text(identity, fields[2]), "spans": []})
                open_ = [None] * (len(fields) - 3)
                continue
            if not document or len(fields) - 3 != len(open_):
                raise BantinError(f"{file}: line {number}: {len(fields) - 3} columns of tags, the line {_START} of the document has {len(open_)}")
            try:
                start, end = int(fields[1]), int(fields[2])
            except ValueError:
                raise BantinError(f"{file}: line {number}: START and END are code points of the article") from None
            if document["text"][start:end] != fields[0]:
                raise BantinError(f"{file}: line {number}: '{fields[0]}' is not what stands at {start} of {document['id']}")
            for column, tag in enumerate(fields[3:]):
                prefix, _, label = tag.partition("-")
                span = open_[column]
                if prefix == "I" and span and span["label"] == label:
                    span["end"] = end
                elif prefix in ("B", "I"):
                    open_[column] = {"id": f"c{file.stem}{number}.{column}", "start": start, "end": end, "label": label}
                    document["spans"].append(open_[column])
                else:
                    open_[column] = None
    yield from documents.values()
