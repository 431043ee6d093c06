"""Places accepted: their kind (and, once linked, the unit of the day)."""

from __future__ import annotations

from bantin.reading import Reading


def resolve(reading: Reading) -> None:
    for span in reading.spans("PLACE"):
        kind = span.data["kind"].split("+")[0]
        span.value = {"kind": {"city": "district", "unknown": "commune", "foreign": "region"}.get(kind, kind), "code": None}
