"""The whole path: records, spaCy, and what holds of every record."""

import json
import logging
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marked import annotated

import bantin
from bantin import record
from bantin.errors import ArticleError, UsageError

SAMPLE = (Path(__file__).parent.parent / "corpus" / "sample.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def nlp():
    return bantin.load()


def surfaces_are_slices(made: dict, text: str) -> None:
    ids = {span["id"] for span in made["spans"]}
    assert len(ids) == len(made["spans"])
    for span in made["spans"]:
        assert text[span["start"] : span["end"]] == span["surface"]
        assert 0 <= span["confidence"] <= 1
    for label in record.LABELS:
        mine = sorted((s["start"], s["end"]) for s in made["spans"] if s["label"] == label)
        assert all(a[1] <= b[0] for a, b in zip(mine, mine[1:], strict=False)), label
    for relation in made["relations"]:
        for key in ("official", "title", "award"):
            assert relation.get(key) is None or relation[key] in ids


def test_the_sample_names_who_gave_what_to_whom():
    made = bantin.annotate(SAMPLE, published="2021-06")
    assert [person["name"] for person in made["officials"]] == ["Lường Văn Quyền", "Hoàng Thị Ngân", "Vì Hồng Sơn"]
    by_id = {span["id"]: span["surface"] for span in made["spans"]}
    certificate = next(award for award in made["awards"] if by_id[award["award"]] == "Giấy khen")
    assert by_id[certificate["issuer"]] == "Chủ tịch UBND huyện"
    assert [SAMPLE[a:b] for a, b in certificate["recipients"]] == ["6 tập thể", "15 cá nhân"]
    assert next(s["value"] for s in made["spans"] if s["surface"] == "Sáng 9-6") == "2021-06-09"
    surfaces_are_slices(made, SAMPLE)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t,
        lambda t: unicodedata.normalize("NFD", t),
        lambda t: t.replace("\n", "\r\n"),
        lambda t: t.replace(" ", "\u00a0"),
        lambda t: t.replace("Văn", "V\u200băn").replace("xã", "xã\u200b"),
        lambda t: "\ufeff😀 " + t + " 👩\u200d👩 \U0001f1fb\U0001f1f3",
    ],
    ids=["nfc", "nfd", "crlf", "nbsp", "zero-width", "emoji"],
)
def test_offsets_are_exact_whatever_the_form(change, nlp):
    text = change(SAMPLE)
    made = bantin.annotate(text, published="2021-06")
    surfaces_are_slices(made, text)
    plain = {unicodedata.normalize("NFC", s["surface"]).replace("\u200b", "").replace("\u00a0", " ") for s in made["spans"] if s["label"] == "OFFICIAL"}
    assert "Lường Văn Quyền" in plain
    doc = nlp(bantin.make_doc(nlp, bantin.Article(text)))
    assert doc.text == unicodedata.normalize("NFC", text)
    assert "".join(token.text_with_ws for token in doc) == doc.text


def test_a_spacy_doc_carries_groups_and_record(nlp):
    doc = nlp(SAMPLE)
    assert nlp.pipe_names == ["bantin_dates", "bantin_places", "bantin_officials", "bantin_awards", "bantin_record"]
    assert "Hoàng Thị Ngân" in [span.text for span in doc.spans["officials"]]
    for group in ("officials", "titles", "places", "dates", "awards"):
        assert all(span.text == span.doc.text[span.start_char : span.end_char] for span in doc.spans[group])
    assert doc._.record["schema"] == record.SCHEMA
    assert [d._.record["sha256"] for d in nlp.pipe([SAMPLE, SAMPLE + "."])][0] == doc._.record["sha256"]


def test_the_same_text_gives_the_same_bytes():
    assert json.dumps(bantin.annotate(SAMPLE)) == json.dumps(bantin.annotate(SAMPLE))


def test_no_handler_is_left_on_the_root_logger():
    annotated("Tin ngắn.")
    assert not [h for h in logging.getLogger().handlers if type(h).__module__.startswith("underthesea")]


def test_wrong_arguments_are_named():
    with pytest.raises(ArticleError, match="empty"):
        bantin.annotate("  ")
    with pytest.raises(UsageError, match="2021-13"):
        bantin.annotate("Tin", published="2021-13")


PIECES = st.sampled_from(
    ["Chủ tịch UBND xã", "Bí thư", "ông", "Lê Văn Tám", "H'Yim Kđoh", "TP. Huế", "xã Tân Lập", "ngày 9-6", "3/2", "năm 2021", "trao", "Giấy khen", "“", "”", "cho", "12 hộ", ",", ";", ":", "-", "(", ")", "\n", ".", "…", "\u00a0", "e\u0301", "😀", "a.a.a.", "K'", "T/M"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, min_size=1, max_size=25))
def test_laws_of_every_record(pieces):
    text = " ".join(pieces)
    if text.strip():
        surfaces_are_slices(bantin.annotate(text), text)
