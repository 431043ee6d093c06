"""Words: the fast way against underthesea itself, and what words() promises of any text.

The equality tests are what ``fastwords.VERSIONS`` and ``fastwords.FILES`` stand for: a new underthesea
is entered there only after they pass with it.
"""

import json
import random
import re
import subprocess
import sys
import threading
import time
import unicodedata
import warnings
from pathlib import Path

import pytest
from bantin import gold
from bantin.article import Article
from bantin.errors import BantinError
from bantin.reading import Reading
from bantin.text import fastwords
from bantin.text import words as door
from bantin.text.normalise import Text
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "articles"

SYLLABLES = re.findall(r"\S+", """ông bà đồng chí chủ tịch phó bí thư tỉnh ủy uỷ ban nhân dân huyện xã thị trấn thành phố Hà Nội Hải Phòng Lào Cai Quảng Ngãi Bến Tre
Nguyễn Trần Lê Văn Thị Đức Hòa Hoà Thúy H'Yim K’Brếp Y-Bhăm trao tặng bằng khen huân chương lao động hạng ba nhất ngày tháng năm sáng chiều mùng tết
tổ chức hội nghị tổng kết công tác học sinh sinh viên Bác sĩ ThS. Th.S Ths Th S Thús Tp. TP.HCM T.Ư UBND HĐND NĐ-CP e-mail Covid-19 v.v... v.v BOS EOS
và của các những được cho tại ở trong với khi đã sẽ đang không có là một hai trăm nghìn triệu tỷ phần mềm máy tính điện tử kinh tế xã hội khoa học""")
NUMBERS = ["1", "02/9/2021", "2/9", "20.08.2014", "1.234,5", "60.542.000", "100,5", "3x4", "43H-0530", "10:20:50", "03-5730-2357", "4K", "A1", "15%", "35°C", "2147483648", "+5", "1_000", "²", "٣"]
MARKS = [*".,;:!?…()[]{}\"'“”‘’«»–—-/\\&@#%$^*+=<>|~`_ʺ×÷°", "...", "--", "=>", "->", ">>", ":)", ":))", "=))", "<3", ":D", "♥‿♥", "http://a.vn/x", "abc@d.vn", "www.x.com.vn"]
WEIRD = ["Ð", "ð", "ƛ", "ɤ", "İ", "ß", "ΑΣ", "ǅ", "ﬁ", "😀", "👨‍👩‍👧", "🇻🇳", "\u0301", "ệ", "e\u0302\u0323"]
WEIRD += ["\u200b", "\u00a0", "\ufeff", "\u2028", "\r", "\t", "汉字", "ไทย", "한글", "\U00010d70", "\ua7cd", "\x00", "\ud7ff", "\ue000"]
LETTERS = list("aăâbcdđeêghiklmnoôơpqrstuưvxyzÀÁẢÃẠĐỆỐỪỸThsSAZ019 .-@&'’:")


def random_texts(count: int, seed: int = 20220917) -> list[str]:
    """Mixtures of syllables, numbers, marks, letters and rare characters, with and without spaces."""
    pick = random.Random(seed)
    out = []
    for _ in range(count):
        kinds = pick.choices([SYLLABLES, NUMBERS, MARKS, LETTERS, WEIRD], [pick.random() ** 2, *(pick.random() ** 3 for _ in range(3)), pick.random() ** 6 / 3], k=pick.randint(1, 16))
        parts = []
        for kind in kinds:
            part = pick.choice(kind)
            part = pick.choice((part, part, part, part.upper(), part.title()))
            parts.append(part + pick.choice(("", " ", " ", " ", "  ") if kind is not LETTERS else ("", "", "", "", " ")))
        out.append("".join(parts))
    return out


def plain(text: str) -> str:
    """A text as words() gives it to either way."""
    return unicodedata.normalize("NFC", text).translate(door._ETH)


@pytest.fixture(scope="module")
def fast() -> fastwords.Segmenter:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = door.segmenter()
    assert found is not None
    return found


def differences(fast: fastwords.Segmenter, texts: list[str]) -> tuple[int, list[tuple[int, tuple[int, int]]]]:
    """How many pieces differ by nothing but a tie of scores, and which (text, piece) differ otherwise."""
    from underthesea.pipeline import word_tokenize as package
    from underthesea.pipeline.word_tokenize.regex_tokenize import tokenize

    word_tokenize = door.tokenizer()
    ties, wrong = 0, []
    for number, text in enumerate(texts):
        text = plain(text)
        pieces = [(a, b) for a, b in door.pieces(text) if text[a:b].strip()]
        for (start, end), (words, score) in zip(pieces, fast.analyse(text, pieces), strict=True):
            piece = text[start:end]
            expected = word_tokenize(piece, use_token_normalize=False)
            if door.align(text, start, end, expected) == words and len(expected) == len(words):
                continue
            model = package.word_tokenize_model
            tokens = tokenize(piece, use_token_normalize=False)
            best = model.estimator.tag_with_score(model.featurizer.process([[[token] for token in tokens]])[0])[1]
            if abs(best - score) <= 1e-12 * max(1.0, abs(best)) and len(tokens) == len(fast._tokens(piece)):
                ties += 1
            else:
                wrong.append((number, (start, end)))
    return ties, wrong


# The two ways are one.


@pytest.mark.parametrize("part", ["train", "dev", "eval"])
def test_equal_on_the_corpus(fast, part):
    texts = [Text(record["text"]).clean for record in gold.read_gold(ROOT / "corpus" / part)]
    assert texts
    assert differences(fast, texts) == (0, [])


def test_equal_on_real_articles(fast):
    if not SHARED.is_dir():
        pytest.skip("no ../shared/articles")
    texts = [path.read_text(encoding="utf-8") for path in sorted(SHARED.glob("*.txt"))]
    texts += [json.loads(line)["text"] for path in sorted(SHARED.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    assert differences(fast, [Text(text).clean for text in texts]) == (0, [])


def test_equal_on_random_strings(fast):
    # Even the ties fall alike, since the sums are made in the same order; a tie that fell otherwise
    # would be no error of the fast way, but it is to be seen.
    assert differences(fast, random_texts(30_000)) == (0, [])


def test_equal_tokens_around_every_character(fast):
    from underthesea.pipeline.word_tokenize.regex_tokenize import tokenize

    for number in (*range(0x3100), *range(0xA640, 0xAC00), *range(0xFB00, 0x10000)):
        character = chr(number)
        text = unicodedata.normalize("NFC", f"{character} a{character} {character}a 9{character} {character}9 Th{character}s .{character} {character}. {character}").translate(door._ETH)
        if "\n" in text:
            continue
        assert [text[a:b] for a, b in (match.span() for match in fast._tokens(text))] == tokenize(text, use_token_normalize=False), hex(number)


def test_capitals_that_python_may_not_know(fast):
    # underthesea_core follows Unicode 17; istitle must not depend on the Unicode of this Python.
    from underthesea_core import CRFFeaturizer

    ask = CRFFeaturizer(["T[0].istitle"], set())
    characters = [chr(i) for i in range(33, 0x20000) if not 0xD800 <= i < 0xE000]
    answers = [answer == "T[0].istitle=True" for [answer] in ask.process([[[c] for c in characters]])[0]]
    assert [hex(ord(c)) for c, answer in zip(characters, answers, strict=True) if fastwords._is_title(c) != answer] == []


@pytest.mark.parametrize("form", ["0", "+5", "-5", "-0", "007", "2147483647", "2147483648", "-2147483648", "-2147483649", "²", "٣", "1_000", "+", "1 2", "9" * 30])
def test_integers_are_those_of_rust(form):
    from underthesea_core import CRFFeaturizer

    assert CRFFeaturizer(["T[0].isdigit"], set()).process([[[form]]]) == [[[f"T[0].isdigit={fastwords._is_integer(form)}"]]]


# What is not the proven underthesea is not decoded.


@pytest.mark.parametrize("package", ["underthesea", "underthesea_core"])
def test_another_version_is_unproven(monkeypatch, package):
    monkeypatch.setitem(fastwords.VERSIONS, package, "0.1")
    with pytest.raises(fastwords.Unproven, match=rf"{package} .* is installed, not 0\.1"):
        fastwords.read_files()


@pytest.mark.parametrize("name", fastwords.FILES)
def test_another_file_is_unproven(monkeypatch, name):
    monkeypatch.setitem(fastwords.FILES, name, "0" * 64)
    with pytest.raises(fastwords.Unproven, match=re.escape(name)):
        fastwords.read_files()


def test_a_missing_file_or_package_is_unproven(monkeypatch):
    monkeypatch.setitem(fastwords.FILES, "pipeline/none.bin", "0" * 64)
    with pytest.raises(fastwords.Unproven, match=r"has no pipeline/none\.bin"):
        fastwords.read_files()
    monkeypatch.setitem(fastwords.VERSIONS, "bantin-has-no-such-package", "1")
    with pytest.raises(fastwords.Unproven, match="is not installed"):
        fastwords.read_files()


def test_a_model_of_other_labels_is_unproven():
    with pytest.raises(fastwords.Unproven, match="labels"):
        fastwords.read_crfsuite(b"lCRF" + bytes(200))


SENTENCE = "Ông Lê Văn Ân, Chủ tịch UBND huyện, trao bằng khen ngày 2/9.\nBà H'Yim Kbuôr phát biểu.  \n\n— Hết —"


def test_unproven_warns_once_and_gives_the_same_words(monkeypatch):
    expected = door.words(SENTENCE)

    def unproven():
        raise fastwords.Unproven("underthesea 99 is installed, not 9.5.0")

    monkeypatch.setattr(fastwords, "load", unproven)
    door._segmenter.cache_clear()
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert [door.words(SENTENCE) for _ in range(3)] == [expected] * 3
        assert [str(w.message) for w in caught] == ["underthesea 99 is installed, not 9.5.0: words are asked of underthesea itself, ten times slower"]
        nfd = unicodedata.normalize("NFD", SENTENCE)
        slow = door.words(nfd)
    finally:
        door._segmenter.cache_clear()
    monkeypatch.undo()
    assert door.words(nfd) == slow


def test_a_missing_underthesea_is_an_error_of_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "underthesea.pipeline.word_tokenize", None)
    monkeypatch.setattr(door, "_tokenize", None)
    with pytest.raises(BantinError, match="underthesea cannot be imported"):
        door.tokenizer()


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "pipeline").stdout.strip()


def test_the_fast_way_does_not_import_underthesea():
    assert run("import sys; from bantin.text.words import words; words('bản tin'); print([m for m in sys.modules if 'underthesea' in m or m == 'joblib'])") == "[]"


@pytest.mark.parametrize("call", ["words.words('bản tin')", "words.tokenizer()"])
def test_no_handlers_are_left_on_the_root_logger(call):
    assert run(f"import logging; from bantin.text import words; {call}; print(logging.root.handlers, logging.root.level)") == "[] 30"


# What words() promises.


def check(text: str) -> list[tuple[int, int]]:
    """The law: spans in order, apart, without a space at their edges, holding every other character."""
    found = door.words(text)
    position = 0
    for start, end in found:
        assert position <= start < end <= len(text)
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        position = end
    assert not text[position:].strip()
    return found


_TEXTS = st.lists(st.sampled_from(SYLLABLES + NUMBERS + MARKS + WEIRD + LETTERS + [" ", "\n", "\r\n", "  "]) | st.text(max_size=3), max_size=40).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(_TEXTS | st.text(max_size=60))
def test_every_character_is_in_a_word(text):
    check(text.encode("utf-8", "replace").decode())


@settings(max_examples=200, deadline=None)
@given(_TEXTS, st.sampled_from(["NFC", "NFD"]))
def test_every_character_of_a_reading_is_in_a_word(text, form):
    reading = Reading(Article(unicodedata.normalize(form, text) + " tin"))
    found = check(reading.text)
    for start, end in found:
        a, b = reading.source.to_raw(start, end)
        assert Text(reading.article.text[a:b]).clean == reading.text[start:end]


@pytest.mark.parametrize(
    "raw",
    [
        unicodedata.normalize("NFD", SENTENCE),
        SENTENCE.replace("\n", "\r\n"),
        SENTENCE.replace("Lê Văn", "Lê\u200b Văn"),
        SENTENCE.replace(" ", "\u00a0"),
        "\ufeff" + SENTENCE,
        SENTENCE.replace("phát", "phát\u00ad"),
    ],
    ids=["NFD", "CRLF", "ZWSP", "NBSP", "BOM", "soft hyphen"],
)
def test_the_words_are_those_of_the_clean_text(raw):
    reading = Reading(Article(raw))
    assert [reading.text[a:b] for a, b in door.words(reading.text)] == [SENTENCE[a:b] for a, b in door.words(SENTENCE)]
    for start, end in door.words(reading.text):
        a, b = reading.source.to_raw(start, end)
        assert Text(raw[a:b]).clean == reading.text[start:end]


def surfaces(text: str) -> list[str]:
    return [text[a:b] for a, b in check(text)]


def test_words():
    assert surfaces("Ông Lê Văn Ân gặp học sinh.") == ["Ông", "Lê Văn Ân", "gặp", "học sinh", "."]
    assert surfaces("") == surfaces(" \n \n") == []


def test_words_do_not_join_across_lines():
    assert surfaces("gặp học sinh") == ["gặp", "học sinh"]
    assert surfaces("gặp học\nsinh") == ["gặp", "học", "sinh"]


def test_eth_is_read_as_the_vietnamese_letter():
    assert surfaces("ông Ðinh Văn Ðức ở Ðồng Nai") == [s.replace("Đ", "Ð") for s in surfaces("ông Đinh Văn Đức ở Đồng Nai")]


def test_a_long_line_is_cut_after_a_space():
    line = "Ông Ân trao bằng khen " * 500
    assert max(b - a for a, b in door.pieces(line)) <= door.LONGEST
    assert all(line[b - 1] == " " for _, b in door.pieces(line))
    check(line)
    check("a" * 5000)


def test_batches_do_not_show(monkeypatch):
    text = (SENTENCE + "\n") * 30
    expected = check(text)
    monkeypatch.setattr(fastwords, "_BATCH", 40)
    assert door.words(text) == expected


def test_threads_may_ask_first():
    door._segmenter.cache_clear()
    expected = fastwords.load().words(SENTENCE, door.pieces(SENTENCE))
    found, barrier = [], threading.Barrier(8)

    def ask():
        barrier.wait()
        found.append(door.words(SENTENCE))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


@pytest.mark.parametrize("unit", [SENTENCE + "\n", "Ông Lê Văn Ân trao bằng khen, ", "a.", "a-", "9.", "((", "x@", ":)", "=>", "Th.", "A.B", "1/", "http://", "\u0301", "Ð"], ids=repr)
def test_time_is_linear(unit):
    def seconds(length: int) -> float:
        text = (unit * (length // len(unit) + 1))[:length]
        begin = time.process_time()
        door.words(text)
        return time.process_time() - begin

    # The best of several of each, asked again if another process was in the way.
    assert any(min(seconds(40_000) for _ in range(2)) <= 12 * max(min(seconds(4_000) for _ in range(3)), 0.001) for _ in range(5))
