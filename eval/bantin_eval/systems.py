"""One line a system: what the ablation and the baselines have in common."""

from __future__ import annotations

from collections.abc import Sequence

from bantin.record import LABELS

from bantin_eval import score
from bantin_eval.validate import pair


def line(name: str, gold: Sequence[dict], pred: Sequence[dict], labels: Sequence[str], note: str = "", relations: bool = True) -> dict:
    """F1 of a system, micro over ``labels`` and over relations, and by label. ValidationError as ever."""
    documents = pair(gold, pred)
    chosen = score.settings([document.gold for document in documents], tuple(labels))
    totals = score.total(score.micro(score.tally(document, chosen), chosen.labels, chosen.relations) for document in documents)

    def f1(measure: str) -> float | None:
        return score.precision_recall_f1(totals.get(measure, [0, 0, 0, 0]))[2]

    return {
        "name": name,
        "exact": f1("spans/exact/micro"),
        "overlap": f1("spans/overlap/micro"),
        "labels": {label: f1(f"spans/exact/{label}") for label in labels},
        "relations": f1("relations/exact/micro") if relations else None,
        "note": note,
    }


def record(article: dict, spans: Sequence[tuple[str, int, int]], **more) -> dict:
    """A prediction of plain spans ``(label, start, end)`` in raw offsets; of overlapping ones of a label the longest stands."""
    kept: list[tuple[str, int, int]] = []
    for label, start, end in sorted(spans, key=lambda s: (-(s[2] - s[1]), s[1], LABELS.index(s[0]))):
        if not any(label == other and start < right and left < end for other, left, right in kept):
            kept.append((label, start, end))
    text = article["text"]
    made = [{"id": f"e{number}", "start": start, "end": end, "label": label, "surface": text[start:end]} for number, (label, start, end) in enumerate(sorted(kept, key=lambda s: (s[1], -s[2])), 1)]
    return {"id": article["id"], "spans": made, "relations": [], **more}
