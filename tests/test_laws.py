"""Laws: what holds whatever the text (:mod:`laws` says them), over generated and over nasty texts.

``BANTIN_EXAMPLES=100000 pytest tests/test_laws.py -k every_record`` runs so many generated articles;
``benchmarks/fuzz.py`` goes on for as long as it is given.
"""

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from bantin import annotator, record
from bantin.annotator import ROOMS, read
from bantin.article import Article, parse_published
from bantin.reading import Reading
from bantin.text.fold import fold
from bantin.text.normalise import Text
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from laws import laid_out, lawful, says
from marked import annotated
from texts import NASTY, PUBLISHED, articles, nasty_texts

ROOT = Path(__file__).parent.parent
EXAMPLES = int(os.environ.get("BANTIN_EXAMPLES", "300"))
MANY = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=max(60, EXAMPLES // 100), deadline=None, suppress_health_check=list(HealthCheck))

ARTICLE = (
    "Hoà Sơn đón Bằng công nhận nông thôn mới\nSáng 9-6, đồng chí Lê Văn Tám, Chủ tịch UBND huyện Lương Sơn, tỉnh Hoà Bình, trao Bằng công nhận cho xã Hoà Sơn.\n"
    "Dịp này, bà Nguyễn Thị Thuý, Bí thư Đảng uỷ xã, tặng Giấy khen cho 12 hộ dân vì đóng góp xây dựng nông thôn mới. Ông Tám nói năm 2020 xã còn 3% hộ nghèo."
)
PLAIN = "Trời hôm đó mưa nhỏ, đường làng lầy lội, người đi chợ thưa thớt hơn."


# --- every record -----------------------------------------------------------------------------------


@MANY
@given(articles(), PUBLISHED)
@example("Ngày 1" + "0" * 400 + " tháng 9", "9999-12-31")
@example("\u0301", None)
def test_laws_of_every_record(text, published):
    lawful(text, published)


@pytest.mark.parametrize("published", ["2021-06-10", None, "2021", "0001-01-01", "9999-12-31"])
def test_laws_of_the_nasty_texts(published):
    for name, text in nasty_texts():
        try:
            lawful(text, published)
        except Exception as error:
            raise AssertionError(f"{name}: {error!r}") from error


@pytest.mark.parametrize("folder", ["train", "dev"])
def test_laws_of_the_projects_articles(folder):
    from bantin.gold import read_gold

    for entry in read_gold(ROOT / "corpus" / folder):
        lawful(Article(entry["text"], entry["id"], parse_published(entry["published"]) if entry["published"] else None))


def test_the_laws_catch_what_breaks_them():
    made = lawful(ARTICLE, "2021-06")
    for change in (
        lambda r: r["spans"][0].update(surface="x"),
        lambda r: r["spans"][0].update(end=r["spans"][0]["end"] + 1),
        lambda r: r["spans"].append(dict(r["spans"][0], id="e99")),
        lambda r: next(s for s in r["spans"] if s["label"] == "DATE").update(value="2021-99-99"),
        lambda r: r["relations"].append({"type": "holds", "official": "e99", "title": "e1"}),
        lambda r: r["officials"].pop(),
        lambda r: r["spans"][0].update(confidence=1.5),
        lambda r: r["spans"].reverse(),
    ):
        broken = json.loads(json.dumps(made))
        change(broken)
        with pytest.raises(Exception):  # noqa: B017 — AssertionError, or the parser's own
            says(broken, ARTICLE)


# --- the same answer --------------------------------------------------------------------------------


def test_the_same_bytes_for_every_hash_seed():
    texts = [ARTICLE, *(text for _, text in nasty_texts())][:12]
    program = (
        "import json, sys, hashlib\nfrom bantin.annotator import read\nfrom bantin import record\nfrom bantin.article import Article, parse_published\n"
        "for text in json.load(sys.stdin):\n    print(json.dumps(record.make(read(Article(text, 'a', parse_published('2021-06'))))))\n"
    )
    outputs = set()
    for seed in ("0", "1", "4242", "random"):
        done = subprocess.run([sys.executable, "-c", program], input=json.dumps(texts).encode(), capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}, timeout=300, check=True)
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert outputs.pop().count(b'"OFFICIAL"') > 3


@SOME
@given(st.lists(articles(), min_size=2, max_size=4))
def test_an_article_leaves_nothing_behind(texts):
    """The record of a text is the same before and after others were read."""
    first = [json.dumps(lawful(text)) for text in texts]
    assert [json.dumps(lawful(text)) for text in reversed(texts)] == first[::-1]


# --- what may change nothing ------------------------------------------------------------------------


def said(made: dict, text: str) -> list:
    """A record without what depends on the form of its text: offsets in NFC, surfaces folded."""

    def place(offset: int) -> int:
        return len(unicodedata.normalize("NFC", text[:offset]))

    def plain(value):
        if isinstance(value, str):
            return fold(unicodedata.normalize("NFC", value))
        if isinstance(value, list):
            return [place(v) for v in value] if len(value) == 2 and all(type(v) is int for v in value) else [plain(v) for v in value]
        if isinstance(value, dict):
            return {key: place(v) if key in ("start", "end") else plain(v) for key, v in value.items() if key != "sha256"}
        return value

    return plain(made)


OLD_TONES = {"oà": "òa", "oá": "óa", "uỷ": "ủy", "uý": "úy", "oè": "òe", "oạ": "ọa"}


def old(text: str) -> str:
    for new, former in OLD_TONES.items():
        text = text.replace(new, former)
    return text


@pytest.mark.parametrize("text", [ARTICLE, *(entry for _, entry in nasty_texts() if unicodedata.is_normalized("NFC", entry))])
def test_decomposed_text_changes_surfaces_alone(text):
    apart = unicodedata.normalize("NFD", text)
    assert said(lawful(apart, "2021-06"), apart) == said(lawful(text, "2021-06"), text)


@SOME
@given(articles(NASTY[:-14]))
def test_decomposed_generated_text_changes_surfaces_alone(text):
    text = unicodedata.normalize("NFC", text)
    apart = unicodedata.normalize("NFD", text)
    assert said(lawful(apart), apart) == said(lawful(text), text)


def test_the_place_of_the_tone_changes_surfaces_alone():
    assert old(ARTICLE) != ARTICLE
    assert said(lawful(old(ARTICLE), "2021-06"), old(ARTICLE)) == said(lawful(ARTICLE, "2021-06"), ARTICLE)


def test_line_ends_change_surfaces_alone():
    for end in ("\r\n", "\r", "\u2028"):
        text = ARTICLE.replace("\n", end)
        mine, plain = lawful(text, "2021-06"), lawful(ARTICLE, "2021-06")
        assert [s["surface"] for s in mine["spans"]] == [s["surface"] for s in plain["spans"]]
        assert [s.get("value") for s in mine["spans"]] == [s.get("value") for s in plain["spans"]]


# What the document decides as a whole, so that a later paragraph may change it: which unit a place is, who is
# the same person as whom, what the second look at a name says (and a confidence by it), the year inferred
# where none is published, and that the article's last line may be a byline.
WHOLE = ("confidence", "code", "code_date", "parents", "successor", "candidates", "place")


@pytest.mark.parametrize("last", [PLAIN, PLAIN + " " + PLAIN.lower(), "Chợ phiên họp mỗi tuần một lần, bán rau, gà và vịt."])
@pytest.mark.parametrize("published", ["2021-06", "2021-06-10"])
def test_an_unrelated_paragraph_changes_nothing_before_it(last, published):
    before = lawful(ARTICLE + "\n" + PLAIN, published)
    after = lawful(ARTICLE + "\n" + PLAIN + "\n" + last, published)
    end = len(ARTICLE) + 1 + len(PLAIN)

    def spans(made: dict) -> list[dict]:
        return [{key: value for key, value in span.items() if key not in WHOLE} for span in made["spans"] if span["end"] <= end]

    assert spans(after)[: len(before["spans"])] == spans(before)
    assert after["relations"][: len(before["relations"])] == before["relations"]


@SOME
@given(articles(NASTY[:20]))
def test_an_unrelated_paragraph_changes_no_date_and_no_token_before_it(text):
    """Of any text: dates, tokens and words do not look behind their own paragraph's end, given a year."""
    text = text.strip() + "\nHết tin.\n" + PLAIN
    before, after = (read(Article(t, "a", parse_published("2021-06-10"))) for t in (text, text + "\n" + PLAIN))
    assert after.words[: len(before.words)] == before.words
    assert after.tokens.form[: len(before.tokens)] == before.tokens.form
    mine = [(s.start, s.end, s.value.get("value")) for s in before.spans("DATE")]
    assert [(s.start, s.end, s.value.get("value")) for s in after.spans("DATE")][: len(mine)] == mine


# --- texts ------------------------------------------------------------------------------------------


@MANY
@given(st.text(max_size=80))
def test_any_text_of_unicode_is_refused_or_laid_out(text):
    from bantin.errors import ArticleError

    try:
        article = Article(text)
    except ArticleError:
        assert not text.strip() or any(0xD800 <= ord(c) < 0xE000 for c in text)
        return
    reading = Reading(article)
    from bantin.text.words import words

    reading.words = words(reading.text)
    laid_out(reading)
    for start, end in reading.words:
        left, right = reading.source.to_raw(start, end)
        assert 0 <= left < right <= len(text)


def test_rows_of_marks_are_ordered_in_bounded_pieces():
    """NFC of a row of marks is quadratic in its length; behind 64 a new row begins."""
    raw = "e" + "\u0301\u0323" * 5000
    text = Text(raw)
    assert len(text.nfc) > 9000
    assert text.to_raw(0, len(text.clean)) == (0, len(raw))
    short = "e" + "\u0301\u0323" * 20
    assert Text(short).nfc == unicodedata.normalize("NFC", short)


# --- an extractor that returns nothing is noticed ---------------------------------------------------

QUESTIONS = [(room.name, stage.question) for room in ROOMS for stage in room.stages]


def whole(made: dict) -> None:
    """What the article above must give: if one of the rooms goes silent, this fails."""
    found = {label: sum(span["label"] == label for span in made["spans"]) for label in record.LABELS}
    assert all(found.values()), found
    assert made["officials"] and made["awards"]
    assert any(relation["type"] == "holds" for relation in made["relations"])
    assert any(relation["type"] == "award" for relation in made["relations"])


def test_the_article_gives_something_of_everything():
    whole(lawful(ARTICLE, "2021-06"))


@pytest.mark.parametrize("room", [room.name for room in ROOMS])
def test_a_room_that_finds_nothing_is_noticed(room, monkeypatch):
    real = annotator.run_room

    def silent(which, reading, classifier):
        if which.name != room:
            real(which, reading, classifier)

    monkeypatch.setattr(annotator, "run_room", silent)
    with pytest.raises(AssertionError):
        whole(record.make(annotated(ARTICLE, "2021-06")))


@pytest.mark.parametrize("question", ["date", "place", "title", "official", "holds", "award"])
def test_a_stage_that_proposes_nothing_is_noticed(question, monkeypatch):
    from dataclasses import replace

    rooms = tuple(replace(room, stages=tuple(replace(stage, propose=lambda reading: []) if stage.question == question else stage for stage in room.stages)) for room in ROOMS)
    made = record.make(read(Article(ARTICLE, "a", parse_published("2021-06")), rooms=rooms))
    says(made, ARTICLE)
    with pytest.raises(AssertionError):
        whole(made)
