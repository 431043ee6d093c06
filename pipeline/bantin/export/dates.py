"""TimeML for many documents: one file each (the elements are made in :mod:`bantin.export.timeml`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bantin.errors import BantinError
from bantin.export import timeml
from bantin.export.brat import file_name


def export(documents: Iterable[dict]) -> Iterator[tuple[str, bytes]]:
    for document in documents:
        yield f"{file_name(document['id'])}.tml", _render(document)


def stream(documents: Iterable[dict]) -> Iterator[bytes]:
    for document in documents:
        yield _render(document)


def _render(document: dict) -> bytes:
    if any(span["label"] == "DATE" and "timex" not in span for span in document["spans"]):
        raise BantinError(f"{document['id']}: its dates have no timex (gold, not a record of bantin annotate)")
    return timeml.render(document, document["text"]).encode("utf-8", "replace")
