"""The notation of corpus and tests: what it says, and that everything else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bantin.gold import GoldError, read_marked, split_marked, to_record
from bantin.markup import Mark, MarkupError, parse, render


def test_nested_marks_and_relations():
    marked = parse("[O1 Lê Văn Ân], [T1 Chủ tịch UBND [P xã Hoà Sơn]], trao [A1|true Giấy khen] [D|2021-06-09 sáng 9-6]", "holds O1 T1\naward A1 presenters=O1")
    assert marked.text == "Lê Văn Ân, Chủ tịch UBND xã Hoà Sơn, trao Giấy khen sáng 9-6"
    assert [(m.label, marked.text[m.start : m.end]) for m in marked.marks][:3] == [("OFFICIAL", "Lê Văn Ân"), ("TITLE", "Chủ tịch UBND xã Hoà Sơn"), ("PLACE", "xã Hoà Sơn")]
    assert marked.relations == [{"type": "holds", "official": "O1", "titles": ["T1"]}, {"type": "award", "award": "A1", "presenters": ["O1"]}]


@pytest.mark.parametrize(
    "marked, relations, reason",
    [
        ("[O1 Lê", "", "never closed"),
        ("Lê]", "", "closes nothing"),
        ("[Q Lê]", "", "opens no known mark"),
        ("[O ]", "", "empty mark"),
        ("[D hôm nay]", "", "EDTF"),
        ("[A Giấy khen]", "", "realis"),
        ("[O|x Lê]", "", "takes no value"),
        ("[O1 Lê] [O1 Vũ]", "", "stands twice"),
        ("[O1 Lê]", "holds O1 T1", "no mark is called T1"),
        ("[O1 Lê] [T1 Bí thư]", "holds T1 O1", "was expected"),
        ("[O1 Lê] [T1 Bí thư]", "praises O1 T1", "unknown relation"),
        ("[A1|true Giấy khen] [X1 sở] [X2 hội]", "award A1 issuer=X1,X2", "two issuers"),
        ("[A1|true Giấy khen] [X1 sở]", "award A1 presenters=X1", "presenters are OFFICIALs"),
        ("\\x", "", "escapes"),
    ],
)
def test_what_does_not_parse_is_refused(marked, relations, reason):
    with pytest.raises(MarkupError, match=reason):
        parse(marked, relations)


@given(st.text(alphabet="aăđ [],\\\n😀0", max_size=40), st.data())
def test_render_and_parse_are_inverse(text, data):
    marks = []
    if text:
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        marks.append(Mark("TITLE", start, end, "T1"))
        if end - start > 1:
            marks.append(Mark("PLACE", start + 1, end))
    again = parse(render(text, marks))
    assert again.text == text
    assert [(m.label, m.start, m.end) for m in again.marks] == [(m.label, m.start, m.end) for m in marks]


def test_a_file_becomes_a_record_with_its_form_and_line_ends(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("published: 2021-06\nform: nfd\nnewline: crlf\n--- text\nTin\n[P1 xã Hoà Sơn] [A1|false Cờ]\n--- relations\naward A1 recipients=P1\n", encoding="utf-8")
    record = read_marked(path)
    place = record["spans"][0]
    assert record["text"].startswith("Tin\r\n")
    assert place["surface"] == record["text"][place["start"] : place["end"]] == "xa\u0303 Hoa\u0300 So\u031bn"
    assert record["relations"] == [{"type": "award", "award": "e2", "recipients": [[place["start"], place["end"]]]}]
    assert record["spans"][1]["realis"] is False


@pytest.mark.parametrize("content, reason", [("tin", "--- text"), ("colour: red\n--- text\nTin\n--- relations\n", "unknown header"), ("--- text\n[O Lê\n--- relations\n", "file line 2")])
def test_a_damaged_file_is_named(tmp_path, content, reason):
    path = tmp_path / "a.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(GoldError, match=reason) as caught:
        read_marked(path)
    assert "a.txt" in str(caught.value)


def test_relation_lines_are_counted_in_the_file():
    with pytest.raises(MarkupError, match="file line 4"):
        split_marked("--- text\n[O1 Lê]\n--- relations\nholds O1 T9\n")


def test_header_forms_are_checked():
    with pytest.raises(GoldError):
        to_record("a", {"form": "nfkd"}, parse("a"))
