"""What cannot be scored is named and fatal, all of it, and never skipped."""

from __future__ import annotations

import copy

import pytest
from bantin.gold import to_record
from bantin.markup import parse
from bantin_eval.validate import ValidationError, pair


def record() -> dict:
    marked = parse("[O1 Lê Văn Ân], [T1 Bí thư [P xã Hoà Sơn]], nhận [A1|true Giấy khen] [D|2021-06-09 sáng 9-6]", "holds O1 T1\naward A1 issuer=T1 presenters=O1 recipients=O1")
    return to_record("d1", {}, marked)


def spoil(change) -> list[str]:
    """The problems of a record after ``change``, as prediction against the untouched gold."""
    spoilt = copy.deepcopy(record())
    change(spoilt)
    with pytest.raises(ValidationError) as caught:
        pair([record()], [spoilt])
    assert caught.value.exit_code == 1
    return caught.value.problems


def test_good_records_pass_with_text_with_digest_and_with_neither() -> None:
    for keep in (("text", "sha256"), ("sha256",), ()):
        pred = {key: value for key, value in record().items() if key not in ("text", "sha256") or key in keep}
        assert pair([record()], [pred])[0].id == "d1"


BROKEN = [
    (lambda r: r["spans"][0].update(surface="Lê Văn An"), "is not the slice"),
    (lambda r: r["spans"][0].update(label="PERSON"), "unknown label 'PERSON'"),
    (lambda r: r["spans"].append(dict(r["spans"][0], id="e9")), "stands twice"),
    (lambda r: r["spans"].append(dict(r["spans"][0])), "the id stands twice"),
    (lambda r: r["spans"].append({"id": "e9", "label": "OFFICIAL", "start": 3, "end": 9, "surface": "Văn Ân"}), "two OFFICIAL spans overlap"),
    (lambda r: r["spans"][0].update(end=5000), "lies outside the text"),
    (lambda r: r["spans"][0].update(start=1.0), "lies outside the text"),
    (lambda r: r["spans"][0].update(start=True), "lies outside the text"),
    (lambda r: r["spans"][0].update(start=9), "lies outside the text"),
    (lambda r: r["spans"][0].update(confidence=1.5), "no number from 0 to 1"),
    (lambda r: r.update(text=r["text"].replace("Giấy", "giấy")), "its text differs from the gold's (from character"),
    (lambda r: (r.pop("text"), r.update(sha256="0" * 64)), "its text differs (SHA-256 000000000000"),
    (lambda r: r["relations"][0].update(title="e77"), "title 'e77' is no span"),
    (lambda r: r["relations"][0].update(title=r["relations"][0]["official"]), "is OFFICIAL, not TITLE"),
    (lambda r: r["relations"][0].update(type="owns"), "unknown type 'owns'"),
    (lambda r: r["relations"][1].update(recipients=[[5, 4000]]), "neither a span's id nor an extent"),
    (lambda r: r["relations"][1].update(issuer="e77"), "issuer 'e77' is no span"),
    (lambda r: r.update(id="d2"), "missing"),
]


@pytest.mark.parametrize(("change", "message"), BROKEN, ids=[message for _, message in BROKEN])
def test_broken_predictions_are_named(change, message: str) -> None:
    assert any(message in problem for problem in spoil(change))


def test_both_sides_are_missed_by_name() -> None:
    problems = spoil(lambda r: r.update(id="d2"))
    assert problems == ["prediction d1: missing (the gold has it)", "gold d2: missing (the prediction has it)"]


def test_every_problem_is_named_not_the_first_alone() -> None:
    problems = spoil(lambda r: [span.update(surface="?") for span in r["spans"]])
    assert len(problems) == 5


def test_broken_gold_is_fatal_too() -> None:
    bad = record()
    bad["spans"][0]["label"] = "PERSON"
    with pytest.raises(ValidationError, match="gold d1"):
        pair([bad], [record()])
    with pytest.raises(ValidationError, match="stands 2 times"):
        pair([record(), record()], [record()])
    with pytest.raises(ValidationError, match="no documents"):
        pair([], [])
    with pytest.raises(ValidationError, match="no text"):
        pair([{k: v for k, v in record().items() if k != "text"}], [record()])
