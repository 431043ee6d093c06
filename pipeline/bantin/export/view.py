"""What every view of a record shows, terminal, HTML and page alike: nested pieces of the text, and rows
of people, places, dates and awards with ids resolved to what stands in the text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

NAMES = {"OFFICIAL": "official", "TITLE": "title", "PLACE": "place", "DATE": "date", "AWARD": "award"}


def nested(text: str, spans: list[dict]) -> Iterator[tuple[str, str | dict]]:
    """The text as a stream of ``("open", span)``, ``("text", piece)`` and ``("close", span)``, properly
    nested: of two spans that cross, the later one is closed and opened again."""
    order = {span["id"]: at for at, span in enumerate(sorted(spans, key=lambda s: (s["start"], -s["end"])))}
    edges = sorted({0, len(text), *(s["start"] for s in spans), *(s["end"] for s in spans)})
    starting: dict[int, list[dict]] = {}
    for span in spans:
        starting.setdefault(span["start"], []).append(span)
    stack: list[dict] = []
    for start, end in pairwise(edges):
        wanted = sorted([s for s in stack if s["end"] > start] + starting.get(start, []), key=lambda s: order[s["id"]])
        keep = 0
        while keep < len(stack) and keep < len(wanted) and stack[keep] is wanted[keep]:
            keep += 1
        while len(stack) > keep:
            yield "close", stack.pop()
        for span in wanted[keep:]:
            stack.append(span)
            yield "open", span
        yield "text", text[start:end]
    while stack:
        yield "close", stack.pop()


def said(value, record: dict, text: str) -> str:
    """An id or an extent as what stands there, on one line."""
    if isinstance(value, str):
        found = next((span for span in record["spans"] if span["id"] == value), None)
        value = [found["start"], found["end"]] if found else [0, 0]
    return " ".join(text[value[0] : value[1]].split())


def people(record: dict, text: str) -> list[dict]:
    """``name``, ``honorific``, ``posts`` (text, former) and ``mentions`` (ids) of each official."""
    out = []
    for person in record.get("officials", ()):
        posts = [{"title": said(p["title"], record, text) if p.get("title") else p.get("role", ""), "former": bool(p.get("former")), "id": p.get("title")} for p in person["positions"]]
        out.append({"name": person["name"], "honorific": person.get("rank") or person.get("honorific") or "", "posts": posts, "mentions": person["mentions"]})
    return out


def places(record: dict, text: str, names: dict[str, str] | None = None) -> list[dict]:
    """Places by unit or name: ``name``, ``kind``, ``code``, ``chain`` (parents, the smallest first), ``mentions``."""
    names = unit_names(record) if names is None else names
    out: dict[tuple, dict] = {}
    for span in record["spans"]:
        if span["label"] != "PLACE":
            continue
        day = span.get("code_date") or ""
        name = said(span["id"], record, text)
        key = (span["code"], day) if span.get("code") else (name.casefold(), span.get("kind"))
        if key not in out:
            chain = [names.get(f"{code}@{day}", code) for code in span.get("parents") or ()]
            options = [names.get(f"{code}@{day}", code) for code in span.get("candidates") or ()]
            out[key] = {"name": name, "kind": span.get("kind") or "", "code": span.get("code") or "", "chain": chain, "candidates": options, "mentions": []}
        out[key]["mentions"].append(span["id"])
    return list(out.values())


def unit_names(record: dict) -> dict[str, str]:
    """Full names of the units that a record's places name, by ``code@day``."""
    from bantin.places import units

    table = units.load()
    out: dict[str, str] = {}
    for span in record["spans"]:
        if span["label"] == "PLACE" and span.get("code_date"):
            for code in (span.get("code"), *(span.get("parents") or ()), *(span.get("candidates") or ())):
                unit = table.at(code, span["code_date"]) if code else None
                if unit:
                    out[f"{code}@{span['code_date']}"] = unit.full
    return out


def dates(record: dict, text: str) -> list[dict]:
    """Dates by value and words, in order of mention."""
    out: dict[tuple, dict] = {}
    for span in record["spans"]:
        if span["label"] == "DATE":
            row = {"text": said(span["id"], record, text), "value": span.get("value") or "?", "lunar": span.get("lunar")}
            out.setdefault((row["text"].casefold(), row["value"]), {**row, "mentions": []})["mentions"].append(span["id"])
    return list(out.values())


def awards(record: dict, text: str) -> list[dict]:
    """Award events in words."""
    out = []
    for event in record.get("awards", ()):
        row = {"id": event["award"], "award": said(event["award"], record, text), "kind": event.get("kind") or "", "rank": event.get("rank") or "", "given": bool(event.get("realis"))}
        for key in ("issuer", "date", "reason"):
            value = event.get(key)
            row[key] = said(value, record, text) if value else ""
        for key in ("presenters", "recipients"):
            row[key] = [said(value, record, text) for value in event.get(key) or ()]
        out.append(row)
    return out


def about(span: dict) -> list[tuple[str, str]]:
    """A span's fields in words, for a tip: label, value, kind, code, confidence, rule."""
    rows = [("layer", NAMES.get(span["label"], span["label"]))]
    for key in ("value", "kind", "rank", "code", "code_date", "role", "body", "branch"):
        if span.get(key):
            rows.append((key.replace("_", " "), str(span[key])))
    if span["label"] == "AWARD" and "realis" in span:
        rows.append(("given", "yes" if span["realis"] else "no"))
    if span.get("former"):
        rows.append(("former", "yes"))
    if span.get("confidence") is not None:
        rows.append(("confidence", f"{span['confidence']:.2f}"))
    if span.get("rule"):
        rows.append(("rule", span["rule"]))
    return rows
