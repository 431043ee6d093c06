"""Optional links of bare class nouns: "phường" and "thành phố" for the unit that was named before.

Off by default, for a bare class noun is no PLACE (guidelines): nothing calls this but who wants it.
"""

from __future__ import annotations

from bantin.places import units
from bantin.places.candidates import marks
from bantin.places.mentions import plurals
from bantin.reading import Reading, Span

_LONGEST = 4000  # code points after which a noun no longer refers back


def anaphors(reading: Reading) -> list[tuple[int, int, Span]]:
    """``(start, end, place)`` for each bare class noun of a unit (in small letters, in no PLACE) and the
    nearest linked place of its kind before it; nouns after "các", "mỗi" and other plurals and those
    with none before them are left out. To be called after the places are resolved."""
    tokens, laid = reading.tokens, marks(reading)
    table = units.load()
    linked = [(span, unit) for span in reading.spans("PLACE") if (unit := _unit(table, span)) is not None]
    inside = [(span.start, span.end) for span in reading.spans("PLACE")]
    out: list[tuple[int, int, Span]] = []
    last: dict[str, Span] = {}
    place = covered = 0
    for at, (end, row) in sorted(laid.classes.items()):
        start, stop = tokens.start[at], tokens.end[end - 1]
        while place < len(linked) and linked[place][0].end <= start:
            span, unit = linked[place]
            last[unit.kind] = span
            place += 1
        while covered < len(inside) and inside[covered][1] <= start:
            covered += 1
        if not row["unit"] or tokens.shape[at] != "x" or (covered < len(inside) and inside[covered][0] < stop):
            continue
        if at and tokens.folded[at - 1] in plurals():
            continue
        found = [last[kind] for kind in row["unit"].split("|") if kind in last and start - last[kind].end <= _LONGEST]
        if found:
            out.append((start, stop, max(found, key=lambda span: span.start)))
    return out


def _unit(table: units.Units, span: Span) -> units.Unit | None:
    return table.at(span.value["code"], span.value["code_date"]) if span.value.get("code") else None
