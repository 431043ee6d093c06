"""The scorer: toys with known answers, laws, and the same numbers as independent scorers."""

from __future__ import annotations

import copy
import itertools
import random

import pytest
from bantin.gold import to_record
from bantin.markup import parse
from bantin_eval import evaluation, match, relations, score, values
from bantin_eval.load import Collection
from bantin_eval.validate import pair
from hypothesis import given, settings
from hypothesis import strategies as st


def gold(text: str, said: str = "", identity: str = "d1", **header: str) -> dict:
    return to_record(identity, header, parse(text, said))


def result(golds: list[dict], preds: list[dict], **kw) -> dict:
    return evaluation.evaluate(Collection("gold", golds), Collection("pred", preds), resamples=50, **kw)


def numbers(made: dict, name: str) -> tuple:
    row = made["scores"][name]
    return row["p"], row["r"], row["f"]


def kinds(one: str, two: str) -> str:
    """The outcomes of two markings of one text, in order."""
    a, b = gold(one), gold(two)
    assert a["text"] == b["text"]
    return " ".join(outcome.kind for outcome in match.align(a["spans"], b["spans"]))


# ---- toys with known answers

TOYS = [
    ("[P xã Hoà Sơn]", "[P xã Hoà Sơn]", "COR"),
    ("[P xã Hoà Sơn]", "xã [P Hoà Sơn]", "PAR"),
    ("[P xã Hoà Sơn]", "xã Hoà Sơn", "MIS"),
    ("xã Hoà Sơn", "[P xã Hoà Sơn]", "SPU"),
    ("xã Hoà Sơn", "xã Hoà Sơn", ""),
    # A wrong label: equal extents, or at least half of the union in common.
    ("[O Hồ Văn Tám]", "[P Hồ Văn Tám]", "INC"),
    ("[O Hồ Văn Tám]", "[P Hồ Văn] Tám", "INC"),
    ("[O Hồ Văn Tám]", "[P Hồ] Văn Tám", "MIS SPU"),
    # Nested: the PLACE does not answer the TITLE that holds it.
    ("[T Chủ tịch UBND [P xã Hoà Sơn]]", "[T Chủ tịch UBND [P xã Hoà Sơn]]", "COR COR"),
    ("[T Chủ tịch UBND [P xã Hoà Sơn]]", "[T Chủ tịch UBND xã Hoà Sơn]", "COR MIS"),
    ("[T Chủ tịch UBND [P xã Hoà Sơn]]", "Chủ tịch UBND [P xã Hoà Sơn]", "MIS COR"),
    ("[T Chủ tịch UBND [P xã Hoà Sơn]]", "[T Chủ tịch] UBND [P xã Hoà Sơn]", "PAR COR"),
    # Touching spans are two, and do not overlap.
    ("[D|2021-06-09 9-6][P Nam Hà]", "[D|2021-06-09 9-6][P Nam Hà]", "COR COR"),
    ("[P Nam][P Hà]", "[P Nam]Hà", "COR MIS"),
    # Swapped order and labels.
    ("[O An Ba] ở [P Hà Tu]", "[P An Ba] ở [O Hà Tu]", "INC INC"),
    # One prediction over two gold spans answers one of them; the more alike.
    ("[P Nam Sơn], [P Bắc]", "[P Nam Sơn, Bắc]", "PAR MIS"),
    # The assignment finds two pairs where a greedy one by overlap finds one.
    ("[P Một Hai Ba Bốn] [P Năm]", "[P Một] [P Hai Ba Bốn Năm]", "PAR PAR"),
]


@pytest.mark.parametrize(("one", "two", "expected"), TOYS)
def test_outcomes(one: str, two: str, expected: str) -> None:
    assert kinds(one, two) == expected


@pytest.mark.parametrize(("one", "two", "expected"), TOYS)
def test_outcomes_with_sides_swapped(one: str, two: str, expected: str) -> None:
    turned = {"MIS": "SPU", "SPU": "MIS"}
    assert sorted(kinds(two, one).split()) == sorted(turned.get(kind, kind) for kind in expected.split())


def test_precision_and_recall_of_a_toy() -> None:
    made = result(
        [gold("[O1 Lê Văn Ân], [T1 Bí thư [P xã Hoà Sơn]], ở [P An Lạc]", "holds O1 T1")],
        [gold("[O1 Lê Văn Ân], [T1 Bí thư] [P xã Hoà Sơn], ở An [P Lạc]", "holds O1 T1")],
    )
    assert numbers(made, "spans/exact/OFFICIAL") == (1, 1, 1)
    assert numbers(made, "spans/exact/TITLE") == (0, 0, 0)
    assert numbers(made, "spans/overlap/TITLE") == (1, 1, 1)
    assert numbers(made, "spans/exact/PLACE") == (0.5, 0.5, 0.5)
    assert numbers(made, "spans/exact/micro") == (0.5, 0.5, 0.5)
    assert numbers(made, "spans/overlap/micro") == (1, 1, 1)
    assert numbers(made, "spans/exact/DATE") == (None, None, None)
    assert made["scores"]["spans/exact/macro"]["f"] == pytest.approx(0.5)  # 1, 0, 0.5: n/a layers do not count
    assert numbers(made, "relations/exact/holds") == (0, 0, 0)
    assert numbers(made, "relations/overlap/holds") == (1, 1, 1)
    assert numbers(made, "subset/nested") == (None, 1, None)
    assert made["scores"]["subset/nested"]["predicted"] == 0 and made["scores"]["subset/nested"]["gold"] == 1


def test_empty_articles_are_not_applicable_and_one_empty_side_is_zero() -> None:
    empty, full = gold("Không có gì."), gold("[P Không] có gì.")
    assert numbers(result([empty], [empty]), "spans/exact/micro") == (None, None, None)
    assert numbers(result([full], [empty]), "spans/exact/micro") == (0, 0, 0)
    assert numbers(result([empty], [full]), "spans/exact/micro") == (0, 0, 0)


def test_seen_and_unseen_surfaces_fold_case_and_tone() -> None:
    train = [gold("[P XÃ HOÀ  SƠN]")]
    made = result([gold("[P xã Hòa Sơn], [P An Lạc]")], [gold("[P xã Hòa Sơn], An Lạc")], train=train)
    assert numbers(made, "subset/seen PLACE") == (1, 1, 1)
    assert numbers(made, "subset/unseen PLACE") == (0, 0, 0)


# ---- relations and records

AWARD = "[T1 Chủ tịch nước] tặng [A1|true Huân chương] cho [X1 ông An], [X2 bà Ba]; [O1 Lê Ân] trao"


def test_award_roles_apart() -> None:
    made = result(
        [gold(AWARD, "award A1 issuer=T1 presenters=O1 recipients=X1,X2")],
        [gold(AWARD, "award A1 presenters=O1 recipients=X1")],
    )
    assert numbers(made, "relations/exact/issuer") == (0, 0, 0)
    assert numbers(made, "relations/exact/presenters") == (1, 1, 1)
    assert numbers(made, "relations/exact/recipients") == (1, 0.5, pytest.approx(2 / 3))


def test_issuer_by_span_or_by_extent_is_one() -> None:
    one = gold(AWARD, "award A1 issuer=T1")
    two = copy.deepcopy(one)
    title = next(span for span in two["spans"] if span["label"] == "TITLE")
    two["relations"][0]["issuer"] = [title["start"], title["end"]]
    assert relations.triples(one) == relations.triples(two)


def test_relations_whose_spans_were_found() -> None:
    whole = gold("[O1 Lê Ân], [T1 Bí thư]; [O2 Vũ Ba], [T2 Phó Bí thư]", "holds O1 T1\nholds O2 T2")
    partly = gold("[O1 Lê Ân], [T1 Bí thư]; [O2 Vũ Ba], Phó Bí thư", "holds O1 T1")
    made = result([whole], [partly])
    assert numbers(made, "relations/exact/holds") == (1, 0.5, pytest.approx(2 / 3))
    assert numbers(made, "relations/found/holds") == (1, 1, 1)


def test_officials_as_whole_records() -> None:
    text = "[O1 Trần Văn Thăng], [T1 Bí thư], [T2 Chủ tịch]. Ông [O2 Thăng] nói; [O3 Lê Ân], [T3 Phó Bí thư]"
    one = gold(text, "holds O1 T1 T2\nholds O3 T3")
    two = gold(text, "holds O1 T1\nholds O3 T3")
    assert relations.officials(one) == {"trần văn thăng": frozenset({"bí thư", "chủ tịch"}), "lê ân": frozenset({"phó bí thư"})}
    made = result([one], [two])
    assert numbers(made, "officials/name") == (1, 1, 1)
    assert numbers(made, "officials/name and all posts") == (0.5, 0.5, 0.5)


def test_kinds_that_the_gold_never_annotates_are_not_judged() -> None:
    text = "[O1 Lê Ân], [T1 Bí thư]"
    made = result([gold(text, "holds O1 T1")], [gold(text, "holds O1 T1\nremoved O1 T1")])
    assert "relations/exact/removed" not in made["scores"] and numbers(made, "relations/exact/micro") == (1, 1, 1)
    assert any("removed" in note for note in made["notes"])


# ---- values


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("2022-01-09", "2022-01-09", True),
        ("2022-01-09", "2022-01-10", False),
        ("2022-01", "2022-01-09", False),
        ("2020/2025", "2020/2025", True),
        ("2020/2025", "2020-01-01/2025-12-31", False),
        ("XXXX-08-19", "XXXX-08-19", True),
        ("199X", "1990/1999", False),
        ("2022-36", "2022-36", True),
        ("?", "?", True),
        ("?", "2022", False),
        ("2022?", "2022", False),
        ("2022", None, False),
        ("no date", "no date", True),
    ],
)
def test_same_date(one: str, two: str | None, same: bool) -> None:
    assert values.same_date(one, two) is same


def test_dates_by_tempeval() -> None:
    made = result(
        [gold("[D|2021-06-09 Sáng 9-6], [D|2021 năm 2021] và [D|2022 năm 2022]")],
        [gold("Sáng [D|2021-06-09 9-6], [D|2020 năm 2021] và năm 2022")],
    )
    assert made["scores"]["dates/value, overlap"]["p"] == 0.5
    assert made["scores"]["dates/value, exact spans"]["p"] == 0.0
    strict, relaxed, value = (numbers(made, f"dates/TempEval-3 {name}") for name in ("strict", "relaxed", "value"))
    assert strict == (0.5, pytest.approx(1 / 3), pytest.approx(0.4))
    assert relaxed == (1, pytest.approx(2 / 3), pytest.approx(0.8))
    assert value[2] == pytest.approx(relaxed[2] * 0.5)


def test_places_by_level_with_abstentions_apart() -> None:
    one = gold("[P|14770 phường Phú Sơn], [P|380 TP Thanh Hoá], [P|38 tỉnh Thanh Hoá], [P chợ Vườn Hoa]", published="2022-01-09")
    two = gold("[P|14755 phường Phú Sơn], [P|380 TP Thanh Hoá], [P tỉnh Thanh Hoá], [P chợ Vườn Hoa]", published="2022-01-09")
    made = result([one], [two])["scores"]
    assert made["places/code"]["p"] == pytest.approx(1 / 3)
    assert made["places/abstained"]["p"] == pytest.approx(1 / 3)
    assert made["places/code where answered"]["p"] == pytest.approx(1 / 2)
    assert made["places/commune"]["p"] == 0
    assert made["places/district"]["p"] == 1  # 14755 lies in the same city
    assert made["places/province"]["p"] == pytest.approx(2 / 3)


def test_realis() -> None:
    made = result([gold("[A|true Giấy khen], [A|false Bằng khen]")], [gold("[A|true Giấy khen], [A|true Bằng khen]")])
    assert made["scores"]["awards/realis"]["p"] == 0.5


# ---- laws

LAYERS = ("OFFICIAL", "TITLE", "PLACE", "DATE", "AWARD")


@st.composite
def layers(draw, length: int = 24) -> list[dict]:
    """Random spans of a text of ``length`` characters, no two of one label overlapping."""
    spans = []
    for label in LAYERS[:3]:
        cuts = sorted(draw(st.sets(st.integers(0, length), max_size=8)))
        for start, end in itertools.pairwise(cuts):
            if draw(st.booleans()):
                spans.append({"label": label, "start": start, "end": end})
    return spans


@settings(max_examples=400, deadline=None)
@given(layers(), layers(), st.randoms())
def test_laws_of_matching(one: list[dict], two: list[dict], chance: random.Random) -> None:
    made = match.align(one, two)
    count = lambda outcomes, kind: sum(outcome.kind == kind for outcome in outcomes)  # noqa: E731
    # Every span ends in one outcome.
    assert sum(o.gold is not None for o in made) == len(one) and sum(o.pred is not None for o in made) == len(two)
    # Swapping sides swaps misses and false alarms; shuffling changes nothing.
    turned = match.align(two, one)
    for kind, other in (("COR", "COR"), ("PAR", "PAR"), ("INC", "INC"), ("MIS", "SPU"), ("SPU", "MIS")):
        assert count(made, kind) == count(turned, other)
    a, b = one[:], two[:]
    chance.shuffle(a)
    chance.shuffle(b)
    assert match.align(a, b) == made
    assert all(o.kind == "COR" for o in match.align(one, one))
    # Overlap pairs are as many as any one-to-one pairing of overlapping spans of a label can have.
    assert count(made, "COR") + count(made, "PAR") == sum(_most_pairs([s for s in one if s["label"] == x], [s for s in two if s["label"] == x]) for x in LAYERS)


def _most_pairs(one: list[dict], two: list[dict]) -> int:
    """Maximum bipartite matching by augmenting paths, written without the scorer."""
    partner: dict[int, int] = {}

    def place(i: int, seen: set[int]) -> bool:
        for j, other in enumerate(two):
            if one[i]["start"] < other["end"] and other["start"] < one[i]["end"] and j not in seen:
                seen.add(j)
                if j not in partner or place(partner[j], seen):
                    partner[j] = i
                    return True
        return False

    return sum(place(i, set()) for i in range(len(one)))


def articles(number: int, seed: int) -> tuple[list[dict], list[dict]]:
    """Gold and a spoilt copy: spans lost, moved, relabelled, invented."""
    chance = random.Random(seed)
    golds, preds = [], []
    for at in range(number):
        words = ["Ân", "Bình", "Chiến", "Dũng", "Giang", "Hà", "Khê", "Lạc", "Mai", "Nga"] * 6
        chance.shuffle(words)
        text = " ".join(words)
        offsets = [0]
        for word in words:
            offsets.append(offsets[-1] + len(word) + 1)
        sides = []
        for side in range(2):
            spans, position = [], 0
            rolls = random.Random(seed * 1000 + at)  # the same for both sides, then disturbed
            while position < len(words) - 4:
                size, label, keep = rolls.randint(1, 3), rolls.choice(LAYERS), rolls.random() < 0.6
                if side and chance.random() < 0.15:
                    label = chance.choice(LAYERS)
                if side and chance.random() < 0.15:
                    size = max(1, size - 1)
                if side and chance.random() < 0.15:
                    keep = not keep
                if keep:
                    start, end = offsets[position], offsets[position + size] - 1
                    spans.append({"id": f"e{len(spans)}", "label": label, "start": start, "end": end, "surface": text[start:end]})
                position += 4
            sides.append({"id": f"d{at}", "text": text, "spans": spans, "relations": []})
        golds.append(sides[0])
        preds.append(sides[1])
    return golds, preds


def test_gold_against_itself_is_one_and_swapping_swaps() -> None:
    golds, preds = articles(12, 1)
    same = result(golds, golds)["scores"]
    assert all(row["f"] in (1, None) for name, row in same.items() if not name.startswith("places/abstained"))
    forth, back = result(golds, preds)["scores"], result(preds, golds)["scores"]
    for name in forth:
        if name.startswith("spans/"):
            assert (forth[name]["p"], forth[name]["r"], forth[name]["f"]) == (back[name]["r"], back[name]["p"], back[name]["f"])


def test_shuffling_documents_and_spans_changes_nothing() -> None:
    golds, preds = articles(12, 2)
    before = result(golds, preds)
    chance = random.Random(3)
    for records in (golds, preds):
        chance.shuffle(records)
        for record in records:
            chance.shuffle(record["spans"])
    after = result(golds, preds)
    assert before["scores"] == after["scores"] and before["mistakes"] == after["mistakes"]


# ---- independent scorers


def bio(record: dict) -> list[str]:
    words = record["text"].split(" ")
    tags, offset = [], 0
    for word in words:
        span = next((s for s in record["spans"] if s["start"] <= offset < s["end"]), None)
        tags.append("O" if span is None else ("B-" if span["start"] == offset else "I-") + span["label"])
        offset += len(word) + 1
    return tags


def test_equal_to_seqeval_on_flat_layers() -> None:
    report = pytest.importorskip("seqeval.metrics").classification_report
    golds, preds = articles(20, 4)
    theirs = report([bio(r) for r in golds], [bio(r) for r in preds], output_dict=True, zero_division=0, mode="strict", scheme=pytest.importorskip("seqeval.scheme").IOB2)
    made = result(golds, preds)
    for name, row in [(label, theirs[label]) for label in LAYERS] + [("micro", theirs["micro avg"])]:
        assert numbers(made, f"spans/exact/{name}") == pytest.approx((row["precision"], row["recall"], row["f1-score"]))
    assert made["scores"]["spans/exact/macro"]["f"] == pytest.approx(theirs["macro avg"]["f1-score"])


def test_equal_to_seqscore_on_flat_layers() -> None:
    scoring = pytest.importorskip("seqscore.scoring")
    golds, preds = articles(20, 5)
    theirs, _ = scoring.score_label_sequences([bio(r) for r in preds], [bio(r) for r in golds], "BIO", repair=None)
    made = result(golds, preds)
    right, false, missed = theirs.true_pos, theirs.false_pos, theirs.false_neg
    row = made["scores"]["spans/exact/micro"]
    assert (row["right"], row["predicted"], row["gold"]) == (right, right + false, right + missed)
    for label, each in theirs.type_scores.items():
        row = made["scores"][f"spans/exact/{label}"]
        assert (row["right"], row["predicted"], row["gold"]) == (each.true_pos, each.true_pos + each.false_pos, each.true_pos + each.false_neg)


@pytest.mark.parametrize("seed", [6, 7, 8])
def test_equal_to_nervaluate_label_by_label(seed: int) -> None:
    """One label at a time (on several at once its answers depend on the order of the spans)."""
    evaluator = pytest.importorskip("nervaluate").Evaluator
    golds, preds = articles(15, seed)
    made = result(golds, preds)
    for label in LAYERS:
        as_dicts = [[[{"label": label, "start": s["start"], "end": s["end"] - 1} for s in r["spans"] if s["label"] == label] for r in records] for records in (golds, preds)]
        theirs = evaluator(*as_dicts, tags=[label], loader="dict").evaluate()["overall"]
        ours = made["kinds"][label]
        assert (theirs["strict"].correct, theirs["strict"].precision, theirs["strict"].recall) == (ours["COR"], *(pytest.approx(x) for x in numbers(made, f"spans/exact/{label}")[:2]))
        assert theirs["ent_type"].correct == ours["COR"] + ours["PAR"]
        assert theirs["partial"].partial == ours["PAR"]


def test_documents_and_sources() -> None:
    golds, preds = articles(4, 9)
    for number, (one, two) in enumerate(zip(golds, preds, strict=True)):
        one["id"] = two["id"] = f"{'ab'[number % 2]}/{number}"
    made = result(golds, preds)
    assert set(made["sources"]) == {"a", "b"} and made["sources"]["a"]["documents"] == 2
    alone = result(golds[:1], preds[:1])
    assert made["documents"]["a/0"]["spans/exact/micro"]["f"] == alone["scores"]["spans/exact/micro"]["f"]


def test_confusion_counts_every_span() -> None:
    golds, preds = articles(10, 10)
    made = result(golds, preds)["confusion"]
    assert sum(sum(row.values()) for label, row in made.items() if label != "none") == sum(len(r["spans"]) for r in golds)
    assert sum(row[label] for row in made.values() for label in LAYERS) == sum(len(r["spans"]) for r in preds)


def test_nested_ids() -> None:
    record = gold("[A|true Giấy khen của [T Chủ tịch [P xã Hà]]] và [P Hà]")
    assert [s["surface"] for s in record["spans"] if id(s) in score.nested_ids(record["spans"])] == ["Chủ tịch xã Hà", "xã Hà"]
    assert pair([record], [record])[0].source == "-"
