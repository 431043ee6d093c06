"""The labelled corpus as a whole: its check, its counts, its conversion to gold.

The corpus is ``train``, ``dev`` and ``eval`` (marked files), ``surfaces.tsv`` (what likely misses are hunted
with) and ``allowed.tsv`` (findings that are meant, each with its reason). ``first`` and ``second`` hold the
two annotators' eval files as they were before they were settled (:mod:`bantin_eval.settle`); nothing trains
or is scored on them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bantin import gold
from bantin.errors import BantinError
from bantin.text.fold import fold

from bantin_eval.check import Article, Finding, check_article, load
from bantin_eval.likely import Surfaces, hunt

SPLITS = ("train", "dev", "eval")
LEAST = {"train": 110, "dev": 30, "eval": 40}
GRAM = 5
# Formulas of letterheads, obituaries and lists are common property; a copied paragraph is far above this.
SHARED = 0.12


def articles(corpus: Path) -> dict[str, list[Article | Finding]]:
    """Every marked file of the three splits in the order of paths. Raises BantinError if a split is missing."""
    out: dict[str, list[Article | Finding]] = {}
    for split in SPLITS:
        files = sorted((corpus / split).rglob("*.txt"))
        if not files:
            raise BantinError(f"{corpus / split}: no labelled article (*.txt) below this folder")
        out[split] = [load(path, corpus) for path in files]
    return out


def check(corpus: Path) -> tuple[list[Finding], dict[str, list[Article | Finding]]]:
    """All findings that ``allowed.tsv`` does not excuse, and the articles."""
    found = articles(corpus)
    surfaces = Surfaces(corpus / "surfaces.tsv")
    findings: list[Finding] = []
    for each in found.values():
        for article in each:
            if isinstance(article, Finding):
                findings.append(article)
            else:
                findings += [*check_article(article), *hunt(article, surfaces)]
    sound = {split: [a for a in each if isinstance(a, Article)] for split, each in found.items()}
    findings += near_duplicates(sound)
    for split, least in LEAST.items():
        if len(found[split]) < least:
            findings.append(Finding(split, 0, "count", "", f"{len(found[split])} articles, at least {least} are wanted"))
    return excuse(findings, corpus / "allowed.tsv"), found


def excuse(findings: list[Finding], path: Path) -> list[Finding]:
    """The findings without those that the reviewed file allows; an allowance that excuses nothing is a finding itself.

    Columns: file, rule, surface, reason. Raises BantinError for a line that does not parse.
    """
    allowed: dict[tuple[str, str, str], int] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    except (OSError, UnicodeDecodeError) as error:
        raise BantinError(f"{path}: {error}") from None
    rows = [(number, line.split("\t")) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    for number, row in rows[1:]:
        if len(row) != 4 or not row[3].strip():
            raise BantinError(f"{path}: line {number}: file, rule, surface and a reason were expected")
        allowed[(row[0], row[1], row[2])] = number
    used = set()
    out = []
    for finding in findings:
        key = (finding.path, finding.rule, " ".join(finding.surface.split()))
        if key in allowed and finding.rule.startswith(("miss-", "duplicate")):
            used.add(key)
        else:
            out.append(finding)
    return out + [Finding(path.name, number, "allowed", key[2], f"excuses nothing ({key[0]}, {key[1]})") for key, number in allowed.items() if key not in used]


_WORD = re.compile(r"[^\W\d_]+|\d+")


def grams(text: str) -> set[tuple[str, ...]]:
    """The word 5-grams of a text, folded, punctuation left out."""
    words = _WORD.findall(fold(text))
    return {tuple(words[at : at + GRAM]) for at in range(len(words) - GRAM + 1)}


def near_duplicates(sound: dict[str, list[Article]]) -> Iterator[Finding]:
    """Pairs of articles of two splits that share too many 5-grams, measured on the shorter one."""
    known = [(split, article, grams(article.marked.text)) for split, each in sound.items() for article in each]
    where: dict[tuple[str, ...], list[int]] = {}
    for at, (split, article, mine) in enumerate(known):
        common: Counter[int] = Counter()
        for gram in mine:
            common.update(where.get(gram, ()))
            where.setdefault(gram, []).append(at)
        for other_at, shared in common.items():
            other_split, other, theirs = known[other_at]
            share = shared / min(len(mine), len(theirs))
            if split != other_split and share > SHARED:
                yield Finding(article.name, 1, "duplicate", other.name, f"{share:.0%} of the word 5-grams of the shorter one are common")


def counts(found: dict[str, list[Article | Finding]]) -> list[tuple[str, ...]]:
    """A table: one row a split, columns of articles, words, spans by label, relations by kind."""
    rows = [("split", "articles", "words", "OFFICIAL", "TITLE", "PLACE", "DATE", "AWARD", "holds", "appointed", "removed", "award")]
    for split, each in found.items():
        sound = [article for article in each if isinstance(article, Article)]
        total: Counter[str] = Counter()
        for article in sound:
            total["words"] += len(article.marked.text.split())
            total.update(span["label"] for span in article.record["spans"])
            total.update(relation["type"] for relation in article.record["relations"])
        rows.append((split, str(len(each)), *(str(total[name]) for name in rows[0][2:])))
    return rows


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows as aligned text: the first column to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip() for row in rows)


def to_gold(corpus: Path, splits: tuple[str, ...], out: Path) -> int:
    """Write the splits as gold JSONL; the number of records. Raises BantinError on a file that cannot be read."""
    try:
        records = [record for split in splits for record in gold.read_corpus(corpus / split)]
        with out.open("w", encoding="utf-8") as target:
            for record in records:
                target.write(json.dumps(record, ensure_ascii=False) + "\n")
    except gold.GoldError as error:
        raise BantinError(str(error)) from None
    except OSError as error:
        raise BantinError(f"{out}: {error.strerror or error}") from None
    return len(records)
