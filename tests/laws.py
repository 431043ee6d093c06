"""What holds of every reading and record, whatever the text: one function, for tests and for fuzzing.

``lawful(article)`` annotates and raises AssertionError where a law is broken. The scorer's own validation
(:mod:`bantin_eval.validate`), written by other hands, is asked as well.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from functools import lru_cache

from bantin import record
from bantin.annotator import read
from bantin.article import Article, parse_published
from bantin.places import units
from bantin_eval.validate import check
from edtf import parse_edtf

TIMEX = {"DATE", "TIME", "DURATION", "SET"}


@lru_cache(maxsize=4096)
def parses(value: str) -> bool:
    if value == "?":
        return True
    parse_edtf(value)
    return True


def lawful(article: Article | str, published: str | None = None, model=None) -> dict:
    """The record of an article for which all laws hold. Raises AssertionError."""
    if isinstance(article, str):
        article = Article(article, "law", parse_published(published) if published else None)
    reading = read(article, model)
    laid_out(reading)
    made = record.make(reading)
    says(made, article.text)
    return made


def laid_out(reading) -> None:
    """The texts keep their lengths, words and tokens rebuild the text, blocks and regions are in order."""
    text = reading.text
    assert len(reading.folded) == len(text)
    for name, pieces in (("words", reading.words), ("tokens", list(zip(reading.tokens.start, reading.tokens.end, strict=True)))):
        rest, last = [], 0
        for start, end in pieces:
            assert last <= start < end <= len(text), name
            rest.append(text[last:start])
            last = end
        rest.append(text[last:])
        left = "".join(rest)
        assert not left.strip() or name == "tokens", f"{name} leave {left.strip()[:20]!r} out"
    for pieces in ([(b.start, b.end) for b in reading.blocks], reading.sentences, reading.unread):
        assert all(start < end <= len(text) for start, end in pieces)
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(pieces))
    for label, spans in reading.found.items():
        assert all(text[span.start : span.end].strip() == text[span.start : span.end] for span in spans), f"{label}: a span begins or ends with a space"


def says(made: dict, text: str) -> None:
    """Surfaces, values and references of a record; it survives JSON and UTF-8."""
    problems = list(check("record", made, text))
    assert not problems, problems[:3]
    assert made["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert json.loads(json.dumps(made, ensure_ascii=False).encode()) == made
    spans = {span["id"]: span for span in made["spans"]}
    order = [(span["start"], -span["end"]) for span in made["spans"]]
    assert order == sorted(order)
    assert list(spans) == [f"e{number}" for number in range(1, len(order) + 1)]
    table = units.load()
    for span in made["spans"]:
        if span["label"] == "DATE":
            assert parses(span["value"]), span
            assert span["timex"]["type"] in TIMEX and span["timex"]["value"], span
        elif span["label"] == "PLACE":
            assert span["kind"]
            for code in [span.get("code"), *span.get("parents", ()), *(span.get("candidates") or ())]:
                assert code is None or table.periods(code), span
        elif span["label"] == "AWARD":
            assert isinstance(span["realis"], bool) and span["kind"]
        elif span["label"] == "TITLE":
            assert span["role"] and isinstance(span["former"], bool)
            assert span["place"] is None or spans[span["place"]]["label"] == "PLACE"
    for person in made["officials"]:
        assert person["name"].strip() and person["mentions"]
        assert all(spans[mention]["label"] == "OFFICIAL" for mention in person["mentions"])
        assert all(spans[position["title"]]["label"] == "TITLE" for position in person["positions"])
    mentioned = [mention for person in made["officials"] for mention in person["mentions"]]
    assert sorted(mentioned) == sorted(i for i, span in spans.items() if span["label"] == "OFFICIAL"), "each name belongs to one person"
    for award in made["awards"]:
        assert spans[award["award"]]["label"] == "AWARD"
        for value in [award.get("issuer"), award.get("reason"), *(award.get("recipients") or ()), *(award.get("presenters") or ())]:
            assert value is None or (value in spans if isinstance(value, str) else 0 <= value[0] < value[1] <= len(text))
    # Awards named more than once are one event; each name stands in one.
    told = [mention for award in made["awards"] for mention in {award["award"], *award.get("mentions", ())}]
    assert set(told) == {i for i, span in spans.items() if span["label"] == "AWARD"}
