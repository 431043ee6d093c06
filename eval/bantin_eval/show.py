"""The tables of ``bantin eval`` in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

SECTIONS = (
    ("Spans, exact", "spans/exact/"),
    ("Spans, overlap", "spans/overlap/"),
    ("Spans by place and surface, exact", "subset/"),
    ("Relations end to end, exact", "relations/exact/"),
    ("Relations end to end, overlap", "relations/overlap/"),
    ("Relations whose spans were found, exact", "relations/found/"),
    ("Officials as records", "officials/"),
    ("Dates", "dates/"),
    ("Places (codes, of exact spans)", "places/"),
    ("Awards (of exact spans)", "awards/"),
)
_RATES = ("dates/value", "places/", "awards/")


def console(stderr: bool = False) -> Console:
    """A console that never wraps a table when its output goes to a file."""
    made = Console(highlight=False, stderr=stderr)
    return made if made.is_terminal else Console(highlight=False, stderr=stderr, width=110)


def show(result: dict, out: Console | None = None) -> None:
    out = out or console()
    about(result, out)
    _comparison(result, out)
    for title, key in (("Ablation, F1", "ablation"), ("Baselines, F1", "baselines")):
        if key in result:
            _systems(title, result[key], result["labels"], out)
    for title, prefix in SECTIONS:
        rows = {name: row for name, row in result["scores"].items() if name.startswith(prefix)}
        if rows:
            out.print(_table(title, prefix, rows, result))
    _kinds(result, out)
    for title, key in (("By source, micro", "sources"), ("By genre, micro", "genres")):
        if result[key]:
            _parts(title, result[key], out)
    _calibration(result, out)
    _agreement(result, out)


def about(result: dict, out: Console) -> None:
    made = result["about"]
    out.print(f"gold {made['gold']['name']} ({made['gold']['documents']} documents, sha256 {made['gold']['sha256'][:12]})", markup=False, soft_wrap=True)
    out.print(f"predictions {made['pred']['name']} (sha256 {made['pred']['sha256'][:12]})", markup=False, soft_wrap=True)
    packages = ", ".join(f"{name} {number}" for name, number in made["packages"].items())
    out.print(f"bantin {made['bantin']}, schema {made['schema']}, Python {made['python']}, {packages}", markup=False, soft_wrap=True)
    out.print(f"command: {made['command']}; seed {made['seed']}, {made['resamples']} resamples of documents; intervals of 95 %", markup=False, soft_wrap=True)
    for note in result["notes"]:
        out.print(f"note: {note}", markup=False, soft_wrap=True)


def percent(value: float | None) -> str:
    return "n/a" if value is None else f"{100 * value:.1f}"


def between(interval: list[float] | None) -> str:
    """An interval in percent; "to" where a dash would stand beside a minus."""
    if interval is None:
        return ""
    return f"{100 * interval[0]:.1f} {'to' if interval[0] < 0 else '–'} {100 * interval[1]:.1f}"


def _grid(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, title_style="bold")
    table.add_column(columns[0])
    for column in columns[1:]:
        table.add_column(column, justify="right")
    return table


def is_rate(name: str) -> bool:
    """A share of matched spans, not precision and recall."""
    return name.startswith(_RATES)


def _table(title: str, prefix: str, rows: dict, result: dict) -> Table:
    if all(is_rate(name) for name in rows):
        table = _grid(title, "", "rate", "95 %", "right", "of")
        for name, row in rows.items():
            table.add_row(name[len(prefix) :], percent(row["p"]), between(row["interval"]["p"]), f"{row['right']:.0f}", f"{row['gold']:.0f}")
        return table
    table = _grid(title, "", "P", "R", "F1", "95 %", "right", "predicted", "gold")
    for name, row in rows.items():
        counts = ("", "", "") if row["gold"] is None else (_right(row), f"{row['predicted']:.0f}", f"{row['gold']:.0f}")
        both = ("", "") if is_rate(name) else (percent(row["p"]), percent(row["r"]))
        table.add_row(name[len(prefix) :], *both, percent(row["f"]), between(row["interval"]["f"]), *counts)
    return table


def _right(row: dict) -> str:
    return f"{row['right']:.0f}" if row["right"] == row["right_gold"] else f"{row['right']:.0f}/{row['right_gold']:.0f}"


def _kinds(result: dict, out: Console) -> None:
    names = list(next(iter(result["kinds"].values())))
    table = _grid("Outcomes (PAR: boundary; INC: label; MIS: missed; SPU: false alarm)", "", *names)
    for label, row in result["kinds"].items():
        table.add_row(label, *(str(row[name]) for name in names))
    out.print(table)


def _parts(title: str, parts: dict, out: Console) -> None:
    table = _grid(title, "", "documents", "spans F1", "overlap F1", "relations F1")
    for name, row in parts.items():
        table.add_row(name, str(row["documents"]), *(percent(row[key]["f"]) for key in ("spans/exact/micro", "spans/overlap/micro", "relations/exact/micro")))
    out.print(table)


def _calibration(result: dict, out: Console) -> None:
    if not result["calibration"]:
        return
    table = _grid("Confidence", "", "spans", "Brier", "ECE", "best threshold", "F1 there", "F1 of all")
    for label, row in result["calibration"].items():
        table.add_row(label, str(row["count"]), f"{row['brier']:.3f}", f"{row['ece']:.3f}", f"{row['best']['threshold']:.3f}", percent(row["best"]["f"]), percent(row["curve"][-1]["f"]))
    out.print(table)
    whole = result["calibration"]["all"]["reliability"] if "all" in result["calibration"] else []
    if whole:
        table = _grid("Reliability", "confidence", "mean", "right", "95 %", "spans")
        for row in whole:
            table.add_row(f"{row['from']:.3f} – {row['to']:.3f}", f"{row['confidence']:.3f}", f"{row['accuracy']:.3f}", between(row["interval"]), str(row["count"]))
        out.print(table)


def _comparison(result: dict, out: Console) -> None:
    made = result.get("comparison")
    if not made:
        return
    out.print(f"A {made['a']['name']}\nB {made['b']['name']}", markup=False, soft_wrap=True)
    table = _grid("B against A, F1", "", "A", "B", "B - A", "95 %", "p", "least p", "documents that differ")
    for name, row in made["measures"].items():
        difference = "n/a" if row["difference"] is None else f"{100 * row['difference']:+.1f}"
        numbers = ["n/a" if row[key] is None else f"{row[key]:.3g}" for key in ("p", "p_least")]
        table.add_row(name, percent(row["a"]), percent(row["b"]), difference, between(row["interval"]), *numbers, str(row["differ"]))
    out.print(table)
    out.print(f"{made['gained']} gained, {made['lost']} lost (see --report). Many rows are many tests: plan on one of them.", markup=False, soft_wrap=True)
    out.print("What follows is B alone.")


def _systems(title: str, lines: list[dict], labels: list[str], out: Console) -> None:
    table = _grid(title, "", "spans", "overlap", *labels, "relations")
    for line in lines:
        own = (percent(line["labels"][label]) if label in line["labels"] else "-" for label in labels)
        table.add_row(line["name"], percent(line["exact"]), percent(line["overlap"]), *own, percent(line["relations"]))
    out.print(table)
    for line in lines:
        if line["note"]:
            out.print(f"  {line['name']}: {line['note']}", markup=False, soft_wrap=True)


def _agreement(result: dict, out: Console) -> None:
    if "agreement" not in result:
        return
    table = _grid("Agreement over characters", "", "Cohen's kappa", "95 %")
    for label, row in result["agreement"].items():
        table.add_row(label, "n/a" if row["kappa"] is None else f"{row['kappa']:.3f}", "" if row["interval"] is None else "{:.3f} – {:.3f}".format(*row["interval"]))
    out.print(table)
