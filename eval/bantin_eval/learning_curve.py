"""The learning curve: dev F1 of models trained on growing, nested shares of the training articles.

Each share is drawn anew for each seed from a seeded order of the articles, a smaller share being the
beginning of a larger one. The result is kept as ``eval/learning_curve.tsv``: share, articles, seed, one column
a label, micro, holds.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bantin import classify, training
from bantin.record import LABELS

from bantin_eval import load, score
from bantin_eval.corpus import table
from bantin_eval.validate import pair

SHARES = (10, 25, 50, 75, 100)
HEADER = ("share", "articles", "seed", *LABELS, "micro", "holds")


def order(records: Sequence[dict], seed: int) -> list[dict]:
    """The articles in a seeded order that depends on their ids alone."""
    shuffled = sorted(records, key=lambda record: record["id"])
    random.Random(seed).shuffle(shuffled)
    return shuffled


def run(train: Sequence[dict], dev: load.Collection, seeds: Sequence[int], shares: Sequence[int] = SHARES, say: Callable[[str], None] = lambda line: None) -> list[tuple[str, ...]]:
    """One row a share and seed; the whole corpus is trained on once. Raises BantinError."""
    rows: list[tuple[str, ...]] = [HEADER]
    for seed in seeds:
        ordered = order(train, seed)
        for share in shares:
            if share == 100 and seed != seeds[0]:
                continue
            part = ordered[: max(1, round(len(ordered) * share / 100))]
            say(f"{share} %: {len(part)} articles, seed {seed}")
            rows.append((str(share), str(len(part)), str(seed), *(f"{value:.4f}" if value is not None else "" for value in measure(part, dev))))
    return rows


def measure(train: Sequence[dict], dev: load.Collection) -> list[float | None]:
    """F1 on dev of a model of these articles: by label, micro, holds."""
    with tempfile.TemporaryDirectory() as folder:
        training.write(Path(folder), sorted(train, key=lambda record: record["id"]), say=lambda line: None)
        model = classify.load(Path(folder))
        chosen = score.settings(dev.records)
        documents = pair(dev.records, load.annotate(dev, model).records)
    total = score.micro(score.total(score.tally(document, chosen) for document in documents), chosen.labels, chosen.relations)
    names = [*(f"spans/exact/{label}" for label in (*LABELS, "micro")), "relations/exact/holds"]
    return [score.precision_recall_f1(total[name])[2] if name in total else None for name in names]


def shown(rows: Sequence[Sequence[str]]) -> str:
    """The mean of the seeds by share, as a table."""
    means: list[tuple[str, ...]] = [(rows[0][0], rows[0][1], "seeds", *rows[0][3:])]
    for share in dict.fromkeys(row[0] for row in rows[1:]):
        same = [row for row in rows[1:] if row[0] == share]
        cells = [[float(row[column]) for row in same if row[column]] for column in range(3, len(rows[0]))]
        means.append((share, same[0][1], str(len(same)), *(f"{sum(cell) / len(cell):.3f}" if cell else "" for cell in cells)))
    return table(means)


if __name__ == "__main__":
    from bantin.cli import main

    sys.argv[1:1] = ["corpus", "curve"]
    main()
