"""Places for many documents (made in :mod:`bantin.export.linked_places`)."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator

from bantin.export import linked_places


def linked(documents: Iterable[dict]) -> Iterator[bytes]:
    yield (json.dumps(linked_places.collection(documents), ensure_ascii=False, indent=1) + "\n").encode()


def csv(documents: Iterable[dict], bom: bool = False) -> Iterator[bytes]:
    out = io.StringIO(newline="")
    linked_places.write_csv(documents, out)
    yield out.getvalue().encode("utf-8-sig" if bom else "utf-8")
