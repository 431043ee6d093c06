"""Every mistake in its sentence: misses, false alarms, boundary slips, wrong labels, wrong values,
and the same of relations; and what two systems gained and lost.

Kinds: ``missed`` (MIS), ``false alarm`` (SPU), ``boundary`` (PAR), ``label`` (INC), ``value`` (the span
is right, its DATE value, AWARD realis or PLACE code is not).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from bantin_eval import match
from bantin_eval.match import Outcome
from bantin_eval.relations import Triple, overlap, triples
from bantin_eval.score import Settings
from bantin_eval.validate import Document
from bantin_eval.values import same_date

KIND = {"MIS": "missed", "SPU": "false alarm", "PAR": "boundary", "INC": "label"}
KINDS = (*KIND.values(), "value")
_AROUND = 220  #: characters of a sentence shown on either side
_EDGE = re.compile(r"\n+|(?<=[.!?…;])\s+")


def mistakes(documents: Sequence[Document], aligned: dict[str, list[Outcome]], chosen: Settings) -> list[dict]:
    """All mistakes in the order of documents and text."""
    out: list[dict] = []
    for document in documents:
        found = [*_spans(document, aligned[document.id]), *_relations(document, chosen)]
        out += sorted(found, key=lambda item: (item["start"], item["end"], item["label"]))
    for number, item in enumerate(out, 1):
        item["number"] = number
    return out


def _spans(document: Document, outcomes: Iterable[Outcome]) -> Iterable[dict]:
    for outcome in outcomes:
        if outcome.kind != "COR":
            yield _item(document, KIND[outcome.kind], outcome.gold, outcome.pred, _reason(outcome))
        elif reason := wrong_value(outcome):
            yield _item(document, "value", outcome.gold, outcome.pred, reason)


def wrong_value(outcome: Outcome) -> str:
    """What a matched span says wrongly; empty if nothing."""
    gold, pred = outcome.gold, outcome.pred
    if gold["label"] == "DATE" and "value" in gold and not same_date(gold["value"], pred.get("value")):
        return f"value: gold {gold['value']}, predicted {pred.get('value') or 'none'}"
    if gold["label"] == "AWARD" and "realis" in gold and gold["realis"] != pred.get("realis"):
        return f"realis: gold {str(gold['realis']).lower()}, predicted {str(pred.get('realis', 'none')).lower()}"
    if gold["label"] == "PLACE" and gold.get("code") and gold["code"] != pred.get("code"):
        return f"code: gold {gold['code']}, predicted {pred.get('code') or 'none (abstained)'}"
    return ""


def _reason(outcome: Outcome) -> str:
    if outcome.kind == "PAR":
        return f"gold «{outcome.gold['surface']}», predicted «{outcome.pred['surface']}»"
    if outcome.kind == "INC":
        return f"gold {outcome.gold['label']} «{outcome.gold['surface']}», predicted {outcome.pred['label']} «{outcome.pred['surface']}»"
    return ""


def _item(document: Document, kind: str, gold: dict | None, pred: dict | None, reason: str) -> dict:
    spans = [span for span in (gold, pred) if span]
    start, end = min(span["start"] for span in spans), max(span["end"] for span in spans)
    marks = [(*match.extent(span), letter) for span, letter in ((gold, "g"), (pred, "p")) if span]
    return {
        "document": document.id,
        "kind": kind,
        "label": (gold or pred)["label"],
        "predicted_label": pred["label"] if pred else None,
        "start": start,
        "end": end,
        "surface": (gold or pred)["surface"],
        "rule": pred.get("rule") if pred else None,
        "confidence": pred.get("confidence") if pred else None,
        "reason": reason,
        "sentence": pieces(document.text, start, end, marks),
    }


def _relations(document: Document, chosen: Settings) -> Iterable[dict]:
    gold = sorted(triple for triple in triples(document.gold) if triple[0] in chosen.relations)
    pred = sorted(triple for triple in triples(document.pred) if triple[0] in chosen.relations)
    sure = _confidences(document.pred)
    joined = overlap(gold, pred)
    for i, j in joined:
        if gold[i] != pred[j]:
            yield _slip(document, gold[i], pred[j], sure.get(pred[j]))
    for i in sorted(set(range(len(gold))) - {i for i, _ in joined}):
        yield relation_item(document, gold[i], "missed", None)
    for j in sorted(set(range(len(pred))) - {j for _, j in joined}):
        yield relation_item(document, pred[j], "false alarm", sure.get(pred[j]))


def _slip(document: Document, gold: Triple, pred: Triple, confidence: float | None) -> dict:
    """A relation whose ends overlap the gold's."""
    item = relation_item(document, gold, "boundary", confidence)
    start, end = min(gold[1][0], gold[2][0], pred[1][0], pred[2][0]), max(gold[1][1], gold[2][1], pred[1][1], pred[2][1])
    marks = [(*extent, letter) for triple, letter in ((gold, "g"), (pred, "p")) for extent in triple[1:]]
    one, two = (" — ".join(document.text[a:b] for a, b in triple[1:]) for triple in (gold, pred))
    item.update(start=start, end=end, predicted_label=gold[0], reason=f"gold «{one}», predicted «{two}»", sentence=pieces(document.text, start, end, marks))
    return item


def relation_item(document: Document, triple: Triple, kind: str, confidence: float | None) -> dict:
    name, first, second = triple
    start, end = min(first[0], second[0]), max(first[1], second[1])
    letter = "g" if kind == "missed" else "p"
    one, two = (document.text[a:b] for a, b in (first, second))
    return {
        "document": document.id,
        "kind": kind,
        "label": name,
        "predicted_label": None if kind == "missed" else name,
        "start": start,
        "end": end,
        "surface": f"{one} — {two}",
        "rule": None,
        "confidence": confidence,
        "reason": f"{name}: {one} — {two}",
        "sentence": pieces(document.text, start, end, [(*first, letter), (*second, letter)]),
    }


def _confidences(record: dict) -> dict[Triple, float]:
    out = {}
    for relation in record.get("relations", []):
        if "confidence" in relation:
            for triple in triples({"spans": record["spans"], "relations": [relation]}):
                # A role's own confidence is not in the record; an award relation's stands for all its roles.
                out[triple] = relation["confidence"]
    return out


def pieces(text: str, start: int, end: int, marks: Sequence[tuple[int, int, str]]) -> list[list[str]]:
    """The sentence around ``[start, end)`` as ``[text, who]``: who has it, ``g`` gold, ``p`` predicted, ``gp``, ``""``."""
    left, right = max(0, start - _AROUND), min(len(text), end + _AROUND)
    before = [m.end() for m in _EDGE.finditer(text, left, start)]
    after = _EDGE.search(text, end, right)
    first = before[-1] if before else left
    last = after.start() if after else right
    cuts = sorted({first, last, *(offset for a, b, _ in marks for offset in (a, b) if first < offset < last)})
    out: list[list[str]] = []
    if first > 0 and not before:
        out.append(["…", ""])
    for a, b in pairwise(cuts):
        out.append([text[a:b], "".join(sorted({who for s, e, who in marks if s <= a and b <= e}))])
    if last < len(text) and not after:
        out.append(["…", ""])
    return out


def changes(documents: Sequence[Document], others: Sequence[Document], chosen: Settings) -> list[dict]:
    """What the second system (``others``: the same gold, its predictions) gained and lost against the first.

    ``change`` gained: a right span or relation that only the second has, or a false alarm that only
    the first has; lost: the reverse. Exact extents and labels.
    """
    out: list[dict] = []
    for one, two in zip(documents, others, strict=True):
        sides = []
        for document in (one, two):
            spans = {(s["label"], s["start"], s["end"]): s for s in document.pred["spans"] if s["label"] in chosen.labels}
            sides.append((spans, {t for t in triples(document.pred) if t[0] in chosen.relations}))
        gold_spans = {(s["label"], s["start"], s["end"]): s for s in one.gold["spans"]}
        gold_triples = triples(one.gold)
        for key in sorted(sides[0][0].keys() ^ sides[1][0].keys(), key=lambda k: (k[1], k[2], k[0])):
            now, right = key in sides[1][0], key in gold_spans
            item = _item(one, "", gold_spans.get(key), (sides[1][0] if now else sides[0][0])[key], "")
            out.append(_change(item, now, right))
        for triple in sorted(sides[0][1] ^ sides[1][1], key=lambda t: t[1:]):
            now, right = triple in sides[1][1], triple in gold_triples
            out.append(_change(relation_item(one, triple, "missed" if right else "false alarm", None), now, right))
    for number, item in enumerate(out, 1):
        item["number"] = number
    return out


def _change(item: dict, now: bool, right: bool) -> dict:
    item["change"] = "gained" if now == right else "lost"
    item["kind"] = {(True, True): "now found", (False, True): "no longer found", (True, False): "new false alarm", (False, False): "false alarm gone"}[now, right]
    return item

