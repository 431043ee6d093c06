"""The two annotations of the eval articles: how far they agree, and how each disagreement was settled.

``corpus/first`` and ``corpus/second`` are kept as the annotators left them; ``corpus/eval`` is what was
settled; ``corpus/settled.tsv`` gives the reason of each decision. ``corpus/AGREEMENT.md`` is made from these
files by :func:`report` and holds nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bantin import gold
from bantin.errors import BantinError
from bantin.record import LABELS

from bantin_eval import agreement, match, score
from bantin_eval.corpus import table
from bantin_eval.relations import overlap, triples
from bantin_eval.validate import Document, pair

NOTHING = "–"
SEED = 20220109
RESAMPLES = 1000
_HEADER = ("article", "kind", "first", "second", "reason")


@dataclass(frozen=True)
class Row:
    """One disagreement, or one place where both were changed: what either said (NOTHING: not labelled)."""

    article: str
    kind: str
    first: str
    second: str
    outcome: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.article, self.kind, self.first, self.second


def read(folder: Path) -> dict[str, dict]:
    """The records of a folder of marked files by their path below it. Raises BantinError."""
    try:
        records = list(gold.read_corpus(folder))
    except gold.GoldError as error:
        raise BantinError(str(error)) from None
    for record in records:
        record["id"] = record["id"].split("/", 1)[1]
    return {record["id"]: record for record in records}


def rows(first: dict, second: dict, settled: dict) -> list[Row]:
    """The disagreements of one article in the order of the text; then what was changed against both."""
    text, made = first["text"], []
    states = [_states(record) for record in (first, second, settled)]

    def say(item: tuple | None) -> str:
        return _say(item, text)

    def outcome(one: tuple | None, two: tuple | None) -> str:
        def holds(mine: tuple | None, theirs: tuple | None) -> bool:
            return (mine is None or mine in states[2]) and (theirs is None or theirs == mine or theirs not in states[2])

        return "first" if holds(one, two) else "second" if holds(two, one) else "neither"

    for one, two in _pairs(states[0] - states[1], states[1] - states[0]):
        at = min(item[1][0] for item in (one, two) if item)
        made.append((0, at, Row(first["id"], (one or two)[0], say(one), say(two), outcome(one, two))))
    common = states[0] & states[1]
    named = {item for one, two in _pairs(states[0] - states[1], states[1] - states[0]) for item in (one, two) if item}
    for one, two in _pairs(common - states[2], states[2] - states[0] - states[1] - named):
        at = min(item[1][0] for item in (one, two) if item)
        made.append((1, at, Row(first["id"], (one or two)[0], say(one), say(one), say(two))))
    return [row for _, _, row in sorted(made, key=lambda each: each[:2])]


def _states(record: dict) -> set[tuple]:
    """Everything a record says: ``(label, extent, value)`` of spans, ``(kind, extent, extent)`` of relations."""
    spans = {(span["label"], match.extent(span), str(span.get("value", span.get("realis", "")))) for span in record["spans"]}
    return spans | set(triples(record))


def _pairs(first: set[tuple], second: set[tuple]) -> list[tuple[tuple | None, tuple | None]]:
    """What answers what: items of one kind that overlap become one row."""
    out: list[tuple[tuple | None, tuple | None]] = []
    for kind in sorted({item[0] for item in first | second}):
        left, right = (sorted(item for item in side if item[0] == kind) for side in (first, second))
        if kind in LABELS:
            chosen = match.assign({(i, j): share for i, a in enumerate(left) for j, b in enumerate(right) if (share := match.jaccard(a[1], b[1]))})
        else:
            chosen = overlap(left, right)
        out += [(left[i], right[j]) for i, j in chosen]
        out += [(item, None) for i, item in enumerate(left) if i not in {i for i, _ in chosen}]
        out += [(None, item) for j, item in enumerate(right) if j not in {j for _, j in chosen}]
    return out


def _say(item: tuple | None, text: str) -> str:
    if item is None:
        return NOTHING
    kind, extent, other = item
    surface = " ".join(text[extent[0] : extent[1]].split())
    if kind in LABELS:
        return f"«{surface}»" + (f" {other}" if other else "")
    return f"«{surface}» ← «{' '.join(text[other[0] : other[1]].split())}»"


def disagreements(corpus: Path) -> tuple[list[Row], list[Document]]:
    """All rows of the corpus, and the pairs of documents for the figures. Raises BantinError."""
    first, second, settled = (read(corpus / name) for name in ("first", "second", "eval"))
    missing = sorted(first.keys() ^ second.keys())
    if missing or not first.keys() <= settled.keys():
        raise BantinError(f"{corpus}: first, second and eval hold different articles: {', '.join(missing or sorted(first.keys() - settled.keys()))}")
    for name, record in first.items():
        for side, other in (("second", second[name]), ("eval", settled[name])):
            if other["text"] != record["text"]:
                raise BantinError(f"{corpus / side / name}.txt: its text is not that of {corpus / 'first' / name}.txt")
    return [row for name in sorted(first) for row in rows(first[name], second[name], settled[name])], pair(first.values(), second.values())


def reasons(path: Path) -> dict[tuple[str, str, str, str], str]:
    """``settled.tsv``: a reason for each row. Raises BantinError for a line that does not parse."""
    out = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BantinError(f"{path}: {error}") from None
    data = [(number, line.split("\t")) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    for number, row in data[1:]:
        if len(row) != len(_HEADER) or not row[-1].strip():
            raise BantinError(f"{path}: line {number}: {', '.join(_HEADER)} were expected")
        out[tuple(row[:4])] = row[4]
    return out


def report(corpus: Path) -> str:
    """``AGREEMENT.md``. Raises BantinError if a row has no reason, or a reason no row."""
    found, documents = disagreements(corpus)
    why = reasons(corpus / "settled.tsv")
    if without := [row for row in found if row.key not in why]:
        raise BantinError(f"{corpus / 'settled.tsv'}: no reason for: " + "; ".join("\t".join(row.key) for row in without))
    if unused := sorted(why.keys() - {row.key for row in found}):
        raise BantinError(f"{corpus / 'settled.tsv'}: nothing to settle for: " + "; ".join("\t".join(key) for key in unused))
    settled = [row for row in found if row.first != row.second]
    changed = [row for row in found if row.first == row.second]
    sides = {side: sum(row.outcome == side for row in settled) for side in ("first", "second", "neither")}
    out = [
        "# Agreement on the eval articles",
        "",
        "Made by `bantin corpus agreement --out corpus/AGREEMENT.md` from `corpus/first`, `corpus/second`, `corpus/eval` and `corpus/settled.tsv`; not written by hand.",
        "",
        f"{len(documents)} articles were labelled twice, the second time from the text alone by another annotator. Both annotators are language models of one family who read the",
        "same guidelines: they share habits and blind spots, so agreement between them is likely higher than between two people, and high agreement says that the",
        "guidelines are applied alike, not that the labels are right. F1 is the usual agreement of span layers (exact extent and label); kappa is Cohen's over characters",
        f"(in brackets a 95 % interval over {RESAMPLES} resamples of the articles); values, realis and relations are compared where both have the span.",
        "",
        "```",
        figures(documents),
        "```",
        "",
        f"## The {len(settled)} disagreements, and how they were settled",
        "",
        f"Settled as the first annotator has it: {sides['first']}; as the second: {sides['second']}; otherwise: {sides['neither']}. «…» is the surface;",
        f"{NOTHING} means not labelled; «A» ← «B» is an award and its argument.",
        "",
        *_markdown(("article", "what", "first", "second", "settled as", "because"), [(row.article, row.kind, row.first, row.second, row.outcome, why[row.key]) for row in settled]),
        "",
        f"## {len(changed)} changes where both agreed",
        "",
        "Conventions that were decided later for the whole corpus (the decisions at the end of `guidelines.md`).",
        "",
        *_markdown(("article", "what", "both", "now", "because"), [(row.article, row.kind, row.first, row.outcome, why[row.key]) for row in changed]),
        "",
    ]
    return "\n".join(out)


def _markdown(header: Sequence[str], lines: Sequence[Sequence[str]]) -> list[str]:
    cells = [[cell.replace("|", "\\|") for cell in line] for line in (header, *lines)]
    return ["| " + " | ".join(line) + " |" for line in (cells[0], ["---"] * len(header), *cells[1:])]


def figures(documents: Sequence[Document]) -> str:
    """The table of agreement: one line a layer, then values and relations."""
    chosen = score.settings([document.gold for document in documents])
    total = score.micro(score.total(score.tally(document, chosen) for document in documents), chosen.labels, chosen.relations)
    kappas = agreement.agree(documents, chosen.labels, RESAMPLES, SEED)

    def f1(name: str) -> str:
        value = score.precision_recall_f1(total[name])[2] if name in total else None
        return NOTHING if value is None else f"{value:.3f}"

    lines: list[tuple[str, ...]] = [("", "first", "second", "F1 exact", "F1 overlap", "kappa", "(95 %)")]
    for label in (*chosen.labels, "micro"):
        row = total[f"spans/exact/{label}"]
        kappa = kappas.get(label, {"kappa": None, "interval": None})
        interval = kappa["interval"]
        lines.append(
            (label, str(int(row[3])), str(int(row[1])), f1(f"spans/exact/{label}"), f1(f"spans/overlap/{label}"),
             NOTHING if kappa["kappa"] is None else f"{kappa['kappa']:.3f}", f"({interval[0]:.3f}–{interval[1]:.3f})" if interval else "")
        )  # fmt: skip
    for kind in (*chosen.relations, "micro"):
        row = total.get(f"relations/exact/{kind}")
        if row:
            name = "relations" if kind == "micro" else kind
            lines.append((name, str(int(row[3])), str(int(row[1])), f1(f"relations/exact/{kind}"), f1(f"relations/overlap/{kind}"), "", ""))
    same = {"DATE": [0, 0], "AWARD": [0, 0]}
    for document in documents:
        other = {(span["label"], *match.extent(span)): span for span in document.pred["spans"]}
        for span in document.gold["spans"]:
            key = (span["label"], *match.extent(span))
            if span["label"] in same and key in other:
                same[span["label"]][1] += 1
                same[span["label"]][0] += all(span.get(field) == other[key].get(field) for field in ("value", "realis"))
    values = [f"the same value: {right} of {both} DATEs that both have" if label == "DATE" else f"the same realis: {right} of {both} AWARDs that both have" for label, (right, both) in same.items()]
    return "\n".join([table(lines), "", *values])
