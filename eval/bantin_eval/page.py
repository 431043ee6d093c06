"""``--report``: one self-contained HTML page, drawn from the JSON result and from nothing else.

The page asks nothing of the network (its Content-Security-Policy forbids it) and is whole without
scripts: these only filter. Charts are inline SVG; their coordinates are made here.
"""

from __future__ import annotations

import re

from jinja2 import Environment, PackageLoader, StrictUndefined

from bantin_eval import provenance
from bantin_eval.mistakes import KINDS
from bantin_eval.show import SECTIONS, between, is_rate, percent

# The drawing area of a chart, in units of its viewBox (360 x 250).
LEFT, TOP, WIDTH, HEIGHT = 44, 12, 300, 196


def render(result: dict) -> str:
    """The page of a result of ``bantin eval``."""
    environment = Environment(loader=PackageLoader("bantin_eval"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"percent": percent, "between": between}
    environment.globals |= {"x": _x, "y": _y, "anchor": _anchor, "LEFT": LEFT, "TOP": TOP, "WIDTH": WIDTH, "HEIGHT": HEIGHT}
    return environment.get_template("report.html").render(
        result=result,
        about=result["about"],
        sections=_sections(result),
        mistakes=[_shown(item) for item in result["mistakes"]],
        kinds=KINDS,
        filters=_filters(result["mistakes"]),
        rules=[{**rule, "place": provenance.rule_place(rule["label"], rule["rule"])} for rule in result["rules"]],
        documents=_documents(result),
        confusion=_confusion(result["confusion"]),
        calibration=result["calibration"].get("all"),
        calibration_by_label={label: row for label, row in result["calibration"].items() if label != "all"},
        comparison=result.get("comparison"),
        change_filters=_filters(result["comparison"]["changes"]) if "comparison" in result else None,
        agreement=result.get("agreement"),
        systems=[(title, result[key]) for title, key in (("Ablation", "ablation"), ("Baselines", "baselines")) if key in result],
        curve=_curve(result.get("curve")),
    )


def _x(value: float) -> float:
    """A share as a horizontal place in a chart."""
    return round(LEFT + WIDTH * value, 1)


def _y(value: float) -> float:
    return round(TOP + HEIGHT * (1 - value), 1)


def _anchor(label: str, rule: str) -> str:
    """The id of a rule's row: every character that may not stand in one is written as its number."""
    return f"r-{label}-" + re.sub(r"[^\w+:.-]", lambda match: f"_{ord(match[0])}_", rule)


def _sections(result: dict) -> list[dict]:
    out = []
    for title, prefix in SECTIONS:
        rows = [{"name": name[len(prefix) :], "rate": is_rate(name), **row} for name, row in result["scores"].items() if name.startswith(prefix)]
        if rows:
            out.append({"title": title, "rows": rows, "rates": all(row["rate"] for row in rows)})
    return out


def _shown(item: dict) -> dict:
    label = item["predicted_label"] or item["label"]
    first = next((at for at, (_, who) in enumerate(item["sentence"]) if who), 0)
    before = "".join(text for text, _ in item["sentence"][:first])
    return {**item, "rows": provenance.rows(label, item["surface"], before) if item["rule"] else []}


def _filters(items: list[dict]) -> dict[str, list[tuple[str, int]]]:
    """The values of each filter with how many items have them."""
    out = {}
    for key in ("change", "kind", "label", "rule", "document"):
        counts: dict[str, int] = {}
        for item in items:
            value = item.get(key) or ""
            if value:
                counts[value] = counts.get(value, 0) + 1
        out[key] = sorted(counts.items())
    return out


def _documents(result: dict) -> list[dict]:
    counts: dict[str, int] = {}
    for item in result["mistakes"]:
        counts[item["document"]] = counts.get(item["document"], 0) + 1
    return [{"id": name, "mistakes": counts.get(name, 0), **row} for name, row in result["documents"].items()]


def _confusion(rows: dict[str, dict[str, int]]) -> list[dict]:
    """Each cell with its share of its row, for its shade."""
    out = []
    for gold, row in rows.items():
        total = sum(row.values())
        out.append({"gold": gold, "cells": [{"pred": pred, "count": count, "share": count / total if total else 0.0} for pred, count in row.items()]})
    return out


def _curve(points: list[dict] | None) -> dict | None:
    """The learning curve's lines, with the places of their points."""
    if not points:
        return None
    most = max(point["articles"] for point in points) or 1
    lines: dict[str, list[dict]] = {}
    for point in sorted(points, key=lambda p: p["articles"]):
        lines.setdefault(point["label"], []).append({**point, "x": _x(point["articles"] / most), "y": _y(point["f"])})
    return {"lines": lines, "most": most}
