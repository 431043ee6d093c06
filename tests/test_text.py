"""Texts: the folded copy, the clean copy and its offsets, blocks, sentences, articles."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bantin.article import Article, parse_published
from bantin.errors import ArticleError, UsageError
from bantin.reading import Reading
from bantin.text.blocks import blocks, sentences, unread
from bantin.text.fold import fold
from bantin.text.normalise import Text

NASTY = st.text(alphabet="aàạâđĐeêoơuưyỷHhoá \u0301\u0323\u0302\u031b\u200b\ufeff\u00a0\r\n\t\u2028😀\u200d가\u1100\u1161İß.,0-9", max_size=60)


@given(NASTY)
def test_fold_keeps_the_length(text):
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize("new, old", [("hoà", "hòa"), ("Uỷ ban", "Ủy ban"), ("khoẻ", "khỏe"), ("thuỷ", "thủy"), ("Quảng Hoà – Tây", "quảng hòa - tây")])
def test_both_tone_placements_fold_to_one(new, old):
    assert fold(new) == fold(old)


@given(NASTY)
def test_offsets_lead_back_to_the_raw_text(raw):
    text = Text(raw)
    assert text.nfc == unicodedata.normalize("NFC", raw)
    for offset in range(len(text.clean)):
        start, end = text.to_raw(offset, offset + 1)
        assert 0 <= start < end <= len(raw)
        nfc = text.to_nfc(offset, offset + 1)
        assert text.nfc[nfc[0] : nfc[1]] == text.clean[offset] or not text.clean[offset].strip()


def test_a_word_split_by_a_zero_width_space_is_read_whole():
    text = Text("Hà\u200bNội,\u00a0Huế")
    assert text.clean == "HàNội, Huế"
    assert text.to_raw(0, 5) == (0, 6)


@pytest.mark.parametrize("given, expected", [("2022", "2022"), ("2022-01", "2022-01"), ("2022-01-09", "2022-01-09"), ("2017-05-20T10:00:00", "2017-05-20")])
def test_published(given, expected):
    assert str(parse_published(given)) == expected


@pytest.mark.parametrize("wrong", ["2022-13", "2021-02-29", "01/2022", "", "hôm qua", "2022-1-9"])
def test_impossible_published(wrong):
    with pytest.raises(UsageError):
        parse_published(wrong)


def test_the_crawlers_prefix_is_metadata():
    article = Article(" date 2022-01 TP Thanh Hoá tổng kết\n\nBài.")
    assert str(article.published) == "2022-01"
    reading = Reading(article)
    assert [block.kind for block in reading.blocks][:2] == ["meta", "title"]
    assert reading.is_unread(1, 5)


@pytest.mark.parametrize("text", ["", " \n\t", "\u00a0"])
def test_empty_texts_are_no_articles(text):
    with pytest.raises(ArticleError):
        Article(text)


def test_half_a_surrogate_pair_is_refused():
    with pytest.raises(ArticleError, match="surrogate"):
        Article("a\ud800b")


UNREAD = [
    ("Tin\nĐoạn một.\nĐoạn hai.\n\nThu Hà", ["Thu Hà"]),
    ("Tin\nĐoạn dài có nhiều chữ hơn một dòng để là đoạn văn. Ảnh: Quốc Anh Đồng chí Lê Văn Tám phát biểu.\nHết.", ["Quốc Anh"]),
    ("Tin\n(Báo Miền Núi) - Sáng nay, xã họp.\nHết.", ["(Báo Miền Núi) - "]),
    ("Tin\nHọp xong.\n\nT/M ĐẢNG ỦY\nBÍ THƯ\n\nLê Văn Tám", []),
]


@pytest.mark.parametrize("text, expected", UNREAD)
def test_what_is_not_the_articles_own_text(text, expected):
    assert [text[start:end] for start, end in unread(text, blocks(text))] == expected


def test_sentences_end_at_marks_and_lines_but_not_after_abbreviations():
    text = "Tin\nÔng Ân ở TP. Huế họp. Bà Hà dự!\nHết"
    assert [text[a:b] for a, b in sentences(text, blocks(text))] == ["Tin", "Ông Ân ở TP. Huế họp.", "Bà Hà dự!", "Hết"]
