"""Edges that no other test stood on: what mutation (benchmarks/mutate.py) and fuzzing (benchmarks/fuzz.py)
found unguarded."""

import calendar as reference
import itertools
from datetime import date

import pytest
from bantin import gold, markup
from bantin.article import Article
from bantin.dates import calendar
from bantin.dates.calendar import Point
from bantin.errors import ArticleError, BantinError
from bantin.export import FORMATS
from bantin.export.document import Known
from bantin.markup import MarkupError
from bantin.reading import Reading
from bantin.text.blocks import LONGEST_SENTENCE, blocks, sentences
from bantin_eval.match import align, jaccard

# --- the calendar of days ---------------------------------------------------------------------------


@pytest.mark.parametrize("year", [1600, 1700, 1900, 2000, 2019, 2020, 2023, 2024, 2100])
def test_months_have_their_lengths(year):
    for month in range(1, 13):
        assert calendar.month_length(month, year) == reference.monthrange(year, month)[1]
        assert calendar.is_day(reference.monthrange(year, month)[1], month, year)
        assert not calendar.is_day(reference.monthrange(year, month)[1] + 1, month, year)


def test_without_a_year_february_may_have_29_days_and_never_30():
    assert [calendar.month_length(month) for month in range(1, 13)] == [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert not calendar.is_day(0, 1) and not calendar.is_day(1, 0) and not calendar.is_day(1, 13)
    assert calendar.is_day(1, 12) and calendar.is_day(31, 1)


@pytest.mark.parametrize(
    "point, edtf",
    [
        (Point(), "XXXX"), (Point(2021), "2021"), (Point(2021, 3), "2021-03"), (Point(2021, 3, 9), "2021-03-09"), (Point(None, 3), "XXXX-03"), (Point(None, 3, 9), "XXXX-03-09"),
        (Point(None, None, 9), "XXXX-XX-09"), (Point(2021, None, 9), "2021-XX-09"), (Point(45), "0045"),
    ],
)  # fmt: skip
def test_points_are_edtf(point, edtf):
    assert point.edtf == edtf
    assert point.full == (edtf.count("-") == 2 and "X" not in edtf)


def test_points_are_moved():
    assert Point(2020, 2, 28).shift(1) == Point(2020, 2, 29) and Point(2021, 2, 28).shift(1) == Point(2021, 3, 1)
    assert Point(2021, 1, 1).shift(-1) == Point(2020, 12, 31)
    assert Point(None, 12, 31).shift(1) == Point(None, 1, 1), "the year stays untold"
    assert Point(2021, 3).shift(5) == Point(2021, 3) and Point(2021, 2, 30).shift(1) == Point(2021, 2, 30)
    assert Point(9999, 12, 31).shift(1) == Point(9999, 12, 31) and Point(1, 1, 1).shift(-1) == Point(1, 1, 1)
    assert Point(2021, 12, 9).shift_months(1) == Point(2022, 1) and Point(2021, 1).shift_months(-1) == Point(2020, 12)
    assert Point(2021, 6).shift_months(-18) == Point(2019, 12) and Point(None, 12).shift_months(1) == Point(None, 1)
    assert Point(2021).shift_months(1) == Point(2021)
    assert Point(2021, 2, 30).as_date() is None and Point(2021, 2).as_date() is None and Point(2021, 2, 1).as_date() == date(2021, 2, 1)
    assert Point(None, 2, 28).as_date() == date(2002, 2, 28) and Point(None, 2, 29).as_date() is None
    assert calendar.of_date(date(2021, 2, 3)) == Point(2021, 2, 3)


def test_the_lunar_tables_have_edges():
    assert calendar.solar(1799, 1, 1) is None and calendar.solar(2199, 1, 1) is None
    assert calendar.solar(1800, 1, 1) and calendar.solar(2198, 1, 1)
    assert calendar.lunar(date(1800, 6, 1)) is None and calendar.lunar(date(1801, 6, 1)) and calendar.lunar(date(2198, 6, 1)) and calendar.lunar(date(2199, 6, 1)) is None
    assert calendar.solar(1925, 1, 30) == date(1925, 2, 22) and calendar.solar(1925, 1, 31) is None and calendar.solar(1925, 1, 0) is None
    assert calendar.lunar(date(1925, 1, 24)) == (1925, 1, 1, False) and calendar.lunar(date(1925, 2, 22)) == (1925, 1, 30, False) and calendar.lunar(date(1925, 2, 23)) == (1925, 2, 1, False)
    assert calendar.lunar(date(1925, 1, 23))[:2] == (1924, 12)


@pytest.mark.parametrize("around, ahead, found", [((2021, 2, 12), None, 2021), ((2021, 8, 1), None, 2021), ((2021, 8, 20), None, 2022), ((2021, 2, 12), 1, 2021), ((2021, 2, 13), 1, 2022), ((2021, 2, 12), -1, 2021), ((2021, 2, 11), -1, 2020)])
def test_the_nearest_lunar_day(around, ahead, found):
    assert calendar.nearest_lunar(1, 1, date(*around), ahead) == (found, calendar.new_year(found))


def test_the_cycle_of_sixty():
    assert calendar.cycle_of(1984) == 0 and calendar.cycle_of(2021) == 37 and calendar.cycle_name(2021) == "Tân Sửu"
    assert calendar.stem_branch(0, 0) == 0 and calendar.stem_branch(7, 1) == 37 and calendar.stem_branch(9, 11) == 59
    assert calendar.year_named(0, 2014) == 1984 and calendar.year_named(0, 2015) == 2044


# --- gold and its notation --------------------------------------------------------------------------


def test_every_relation_is_carried_over():
    header, marked = gold.split_marked(
        "published: 2021-06-09\n\ngenre: ceremony\nprovince: x\nsource: Báo\n--- text\n[O1 Lê Văn Ân], [T1 Bí thư], [T2 Chủ tịch [P|1 xã Sơn]] trao [A1|true Cờ] của [X1 sở] cho [X2 12 hộ], [O2 Vũ An] vì [X3 giỏi] [D1|2021 năm nay].\n"
        "--- relations\n# a comment\n\nholds O1 T1 T2\nappointed O1 T1 date=D1\nremoved O2 T2\naward A1 issuer=X1 presenters=O1 recipients=X2,O2 reason=X3\naward A1 issuer=T1\naward A1\n"
    )
    record = gold.to_record("a", header, marked)
    text = record["text"]
    ids = {text[span["start"] : span["end"]]: span["id"] for span in record["spans"]}
    at = {text[a:b]: [a, b] for a in range(len(text)) for b in range(a + 1, len(text) + 1) if text[a:b] in ("sở", "12 hộ", "giỏi", "Vũ An")}
    assert record["relations"] == [
        {"type": "holds", "official": ids["Lê Văn Ân"], "title": ids["Bí thư"]},
        {"type": "holds", "official": ids["Lê Văn Ân"], "title": ids["Chủ tịch xã Sơn"]},
        {"type": "appointed", "official": ids["Lê Văn Ân"], "title": ids["Bí thư"], "date": ids["năm nay"]},
        {"type": "removed", "official": ids["Vũ An"], "title": ids["Chủ tịch xã Sơn"]},
        {"type": "award", "award": ids["Cờ"], "issuer": at["sở"], "presenters": [ids["Lê Văn Ân"]], "recipients": [at["12 hộ"], at["Vũ An"]], "reason": at["giỏi"]},
        {"type": "award", "award": ids["Cờ"], "issuer": ids["Bí thư"]},
        {"type": "award", "award": ids["Cờ"]},
    ]
    by_text = {text[span["start"] : span["end"]]: span for span in record["spans"]}
    assert by_text["xã Sơn"]["code"] == "1" and by_text["Cờ"]["realis"] is True and by_text["năm nay"]["value"] == "2021"
    assert all("code" not in span for surface, span in by_text.items() if surface != "xã Sơn")
    assert [span["id"] for span in record["spans"]] == [f"e{n}" for n in range(1, len(record["spans"]) + 1)]
    assert (record["published"], record["genre"], record["province"], record["source"]) == ("2021-06-09", "ceremony", "x", "Báo")


def test_a_header_may_be_empty_and_a_place_bare():
    record = gold.to_record("a", *gold.split_marked("--- text\n[P xã Sơn] [P Huế]\n--- relations\n"))
    assert record["published"] is None and [("code" in span) for span in record["spans"]] == [False, False]
    assert not {"genre", "province", "source"} & set(record)


@pytest.mark.parametrize("line", ["award A1 issuer=", "award A1 recipients=,", "award A1 presenters=O1,", "holds =", "award =x", "holds O1 T1 x=O1", "award A1 T1", "holds O1", "appointed O1 T1 reason=X1"])
def test_a_relation_line_with_something_missing_is_refused(line):
    with pytest.raises(MarkupError, match="relation line 1"):
        markup.parse("[O1 Ân] [T1 Bí thư] [A1|true Cờ] [P Huế] [X1 x]", line)


def test_marks_without_a_name_are_many_and_blank_lines_say_nothing():
    marked = markup.parse("[P Huế] và [P Hà Nội], [O Ân]", "\n# nothing\n\n")
    assert [mark.name for mark in marked.marks] == ["", "", ""] and marked.relations == []
    with pytest.raises(MarkupError, match="no mark is called"):
        marked.named("")


@pytest.mark.parametrize("marked, where", [("a\n[O Lê", "line 2, column 1"), ("ab]", "line 1, column 3"), ("a [Q b]", "line 1, column 3"), ("\n\nab [D x]", "line 3, column 4")])
def test_the_place_of_a_broken_mark_is_named(marked, where):
    with pytest.raises(MarkupError, match=where):
        markup.parse(marked)


# --- the scorer's alignment -------------------------------------------------------------------------


def span(label: str, start: int, end: int) -> dict:
    return {"label": label, "start": start, "end": end}


def kinds(gold_spans: list[dict], pred_spans: list[dict]) -> list[str]:
    return [outcome.kind for outcome in align(gold_spans, pred_spans)]


def test_another_label_counts_from_half_of_the_extent_on():
    assert kinds([span("PLACE", 0, 10)], [span("TITLE", 0, 5)]) == ["INC"]
    assert sorted(kinds([span("PLACE", 0, 10)], [span("TITLE", 0, 4)])) == ["MIS", "SPU"]


def test_one_common_character_is_an_overlap_and_none_is_not():
    assert kinds([span("PLACE", 0, 5)], [span("PLACE", 4, 9)]) == ["PAR"]
    assert sorted(kinds([span("PLACE", 0, 5)], [span("PLACE", 5, 9)])) == ["MIS", "SPU"]
    assert jaccard((0, 5), (4, 9)) == pytest.approx(1 / 9) and jaccard((0, 5), (5, 9)) == 0 and jaccard((0, 5), (7, 9)) == 0 and jaccard((0, 1), (0, 1)) == 1


def test_a_long_prediction_far_to_the_left_is_still_seen():
    assert sorted(kinds([span("PLACE", 90, 95), span("PLACE", 20, 25)], [span("PLACE", 0, 91), span("PLACE", 24, 30), span("PLACE", 60, 62)])) == ["PAR", "PAR", "SPU"]


# --- foreign formats --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, content",
    [
        ("conll", "-DOCSTART-\ta\t{sha}\tO\n\nBí\t0\t2\tB-TITLE\tO\n"),
        ("conll", "Bí\t0\t2\tB-TITLE\n"),
        ("spacy-json", '{{"ext": "Bí thư", "spans": {{"titles": [{{"start": 0, "end": 2}}]}}}}\n'),
        ("spacy-json", '{{"text": "Bí thư", "spans": {{"titles": [{{"begin": 0}}]}}}}\n'),
        ("spacy-json", '{{"text": "Bí thư", "spans": {{"titles": 5}}}}\n'),
    ],
)
def test_a_damaged_file_is_one_clear_line(tmp_path, name, content):
    from hashlib import sha256

    path = tmp_path / "a.conll" if name == "conll" else tmp_path / "a.jsonl"
    path.write_text(content.format(sha=sha256("Bí thư".encode()).hexdigest()), encoding="utf-8")
    with pytest.raises(BantinError) as caught:
        list(FORMATS[name].read(path, Known([{"id": "a", "text": "Bí thư", "spans": [], "relations": []}])))
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("broken", [{"id": "e1", "label": "TITLE", "end": 2}, {"id": "e1", "label": "TITLE", "start": "0", "end": 2}, {"label": "TITLE", "start": 0, "end": 2}, {"id": "e1", "start": 0, "end": 2}, 5])
def test_a_span_without_its_fields_is_named(broken):
    from bantin.export.document import finish

    with pytest.raises(BantinError, match="a: a span needs id, label, start and end"):
        finish({"id": "a", "text": "Bí thư", "spans": [broken], "relations": []}, Known([]))


def test_an_impossible_day_of_publication_is_one_line():
    from bantin.article import parse_published
    from bantin.errors import UsageError

    with pytest.raises(UsageError) as caught:
        parse_published("a\nb")
    assert "\n" not in str(caught.value)


def test_an_id_with_line_ends_does_not_break_the_line_of_its_error():
    with pytest.raises(ArticleError) as caught:
        Article("", "a\nb\u2028c")
    assert str(caught.value) == "a b c: the text is empty"


# --- sentences without end --------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["Lê Văn Tám, ", "a b ", "a", "xã; ", "từ: "])
def test_a_sentence_without_end_is_cut(unit):
    text = "Tin\n" + unit * (10_000 // len(unit)) + ".\nHết."
    found = sentences(text, blocks(text))
    assert max(end - start for start, end in found) <= LONGEST_SENTENCE
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(found))
    covered = "".join(text[start:end] for start, end in found)
    assert "".join(covered.split()) == "".join(text.split())
    if " " in unit:
        words = {text[start:end].split()[0] for start, end in found[1:-1]} | {text[start:end].split()[-1] for start, end in found[1:-1]}
        assert words <= set((unit + ".").split()) | {unit.split()[-1] + "."} | {unit.strip(), "."}


def test_a_sentence_of_the_usual_length_is_left_whole():
    text = "Tin\n" + "Lê Văn Tám, " * 100 + "họp."
    assert len(sentences(text, blocks(text))) == 2
    assert Reading(Article(text)).sentence_of(500)[0] == 4
