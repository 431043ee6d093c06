"""Hostile input: time in proportion to the text, bounded memory, and a limit that says so.

The patterns are those of ``benchmarks/linear.py``, which measures each stage by itself with a narrower bound.
Here: CPU time of the whole, ten times the text, at most :data:`BOUND` times the time (quadratic would be a
hundred), of several tries the best, since a busy machine is no judge.
"""

import gc
import importlib.util
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bantin import record
from bantin.annotator import ROOMS, classifier, read, run_room
from bantin.article import Article, parse_published
from bantin.reading import Reading
from bantin.text.words import words

ROOT = Path(__file__).parent.parent
spec = importlib.util.spec_from_file_location("linear", ROOT / "benchmarks" / "linear.py")
linear = importlib.util.module_from_spec(spec)
spec.loader.exec_module(linear)

BOUND = 25
SHORT = 1500
# What a single article of this length may take at most (seconds of CPU on a slow machine: real text takes 0.2).
MOST = 6.0


def seconds(text: str, model) -> float:
    """CPU time of reading, rooms and record."""
    gc.collect()
    begin = time.process_time()
    reading = Reading(Article(text, published=parse_published("2021-06")))
    reading.words = words(reading.text)
    for room in ROOMS:
        run_room(room, reading, model)
    record.make(reading)
    return time.process_time() - begin


def grows(text_of, model) -> tuple[float, float]:
    """(Seconds for ten times SHORT, how many times those of SHORT); of up to three tries the best."""
    ratio = long = float("inf")
    for _ in range(3):
        short = min(seconds(text_of(SHORT), model) for _ in range(2))
        taken = seconds(text_of(10 * SHORT), model)
        long, ratio = min(long, taken), min(ratio, taken / max(short, 0.004))
        if ratio <= BOUND and long <= MOST:
            break
    return long, ratio


@pytest.fixture(scope="module", autouse=True)
def warm():
    read(Article("Ngày 1/2/2022, Chủ tịch UBND xã Hoà Sơn trao Giấy khen."))


@pytest.mark.parametrize("name", list(linear.HOSTILE))
def test_hostile_text_takes_time_in_proportion(name):
    long, ratio = grows(lambda length: linear.repeated(linear.HOSTILE[name], length), classifier())
    assert ratio <= BOUND, f"ten times the text took {ratio:.0f} times the time"
    assert long <= MOST, f"{10 * SHORT:,} characters took {long:.1f} s"


@pytest.mark.parametrize("name", ["titles with names", "names by comma", "new names", "recipients", "awards and reasons", "many places", "dates by comma", "signed"])
def test_so_it_is_when_all_is_accepted(name):
    """A classifier that believes everything feeds the later stages as much as they can ever get."""
    long, ratio = grows(lambda length: linear.repeated(linear.HOSTILE[name], length), linear.Everything())
    assert ratio <= BOUND, f"ten times the text took {ratio:.0f} times the time"
    assert long <= MOST, f"{10 * SHORT:,} characters took {long:.1f} s"


def test_real_text_takes_time_in_proportion():
    long, ratio = grows(linear.real, classifier())
    assert ratio <= BOUND and long <= MOST


# Layout alone on much more: regular expressions over the raw text.
LAYOUT = {
    "blank lines": "\n", "spaces": " ", "spaces and a full stop": ". ", "credits": "Ảnh:", "credit and spaces": "Ảnh   ", "open brackets": "\n(aa", "abbreviations": "TP. ", "capitals": "A. ", "tags": "\nAA - ",
    "two kinds of marks": "\u0301\u0323", "tibetan marks": "\u0f71\u0f72", "jamo": "\u1100\u1161", "vowel signs": "\u09be", "zero width": "\u200b", "returns": "\r", "nbsp": "\u00a0", "long lower case": "İ", "prefix": " date 2022-01",
}  # fmt: skip


@pytest.mark.parametrize("before, after", [("Tin\n", ""), ("Ảnh", "x"), ("Tin\nBài. ", "\nHết"), ("Ảnh", ": Lê")])
@pytest.mark.parametrize("name", list(LAYOUT))
def test_a_long_text_is_laid_out_in_a_moment(name, before, after):
    text = before + LAYOUT[name] * (200_000 // len(LAYOUT[name])) + after
    begin = time.process_time()
    reading = Reading(Article(text))
    assert len(reading.sentences) >= 0 and len(reading.tokens) >= 0
    assert time.process_time() - begin < 3


def test_nested_quotes_and_brackets_are_read():
    for opening, closing in (("“", "”"), ("(", ")"), ("[", "]"), ("«", "»")):
        text = opening * 3000 + "Bí thư Huyện ủy Lê Văn Tám" + closing * 3000
        assert read(Article(text)).text == text


def test_an_article_too_long_is_refused_at_once(tmp_path):
    """Ten megabytes in one line: one clear line back, and --max-chars is what it names."""
    path = tmp_path / "line.txt"
    path.write_text("Bí thư Huyện ủy Lê Văn Tám trao Giấy khen, " * (10_000_000 // 43), encoding="utf-8")
    begin = time.monotonic()
    done = subprocess.run([sys.executable, "-m", "bantin.cli", "annotate", str(path)], capture_output=True, timeout=60, check=False)
    assert done.returncode == 1 and not done.stdout
    assert "at most 1,000,000 characters (--max-chars)" in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) == 1
    assert time.monotonic() - begin < 20


MEMORY = """
import resource, sys
from bantin.annotator import read
from bantin import record
from bantin.article import Article
unit, length = sys.argv[1], int(sys.argv[2])
made = record.make(read(Article("Tin\\n" + unit * (length // len(unit)))))
print(len(made["spans"]), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.full
@pytest.mark.parametrize("unit", [".", "a.a.", "Chủ tịch UBND xã Hoà Sơn Lê Văn Tám, ", "ngày 1/1/2020 ", "Bí thư họp. ", "xã Tân Lập\n"])
def test_a_million_characters_stay_within_two_minutes_and_three_gigabytes(unit):
    done = subprocess.run([sys.executable, "-c", MEMORY, unit, "1000000"], capture_output=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr.decode()[-300:]
    assert int(done.stdout.split()[1]) < 3072, f"{done.stdout.split()[1].decode()} MB"
