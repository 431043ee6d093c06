"""Does every stage cost in proportion to the text? ``python benchmarks/linear.py [--short N] [--text NAME …]``.

Each stage of each room runs on a text and on ten times that text; more than twelve times the CPU time
is not linear (the law: linear on any input). Hostile texts are one pattern repeated, read once with
the shipped classifier and once with one that accepts everything, so that the stages behind it are fed too;
``real`` is the project's training articles one after another. Prints the stages that are over the bound or
the slowest, and exits with 1 if one is over it. A script and no test: a busy machine is no judge. What the
tests hold fast is :mod:`tests.test_hostile`, with a looser bound.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
for source in ("pipeline", "eval", "models"):
    sys.path.insert(0, str(ROOT / source))

from bantin import gold, record  # noqa: E402
from bantin.annotator import ROOMS, classifier  # noqa: E402
from bantin.article import Article, parse_published  # noqa: E402
from bantin.reading import Reading  # noqa: E402
from bantin.text.words import words  # noqa: E402

BOUND = 12.0
# Below this the clock and the garbage collector measure themselves.
LEAST = 0.004

# One pattern each; {n} is its number in the text, for texts in which nothing repeats.
HOSTILE = {
    "dots": ".", "letters and dots": "a.a.", "one letter": "a", "capitals": "A", "capital words": "Xà ", "numbers": "1 ", "slashes": "1/", "quotes": "“", "quoted": "“a” ", "brackets": "((((",
    "commas": ", ", "lines": "a\n", "blank lines": "\n\n\n", "items": "- Ông Lê Văn Tám\n", "spaces": "          a", "apostrophes": "K'", "hyphens": "a-",
    "dates": "ngày 1/1/2020 ", "dates by comma": "ngày 9-1, ", "years": "năm 2021, ", "ranges": "từ 1 đến 2 đến 3/4 ", "tết": "Tết ",
    "titles": "Chủ tịch UBND xã ", "titles by comma": "Bí thư Đảng ủy, ", "roles": "Phó Chủ tịch ", "bodies": "Ban Thường vụ ", "titles with names": "đồng chí Lê Văn Tám, Bí thư Huyện ủy; ",
    "names": "Lê Văn Tám ", "names by comma": "Lê Văn Tám, ", "honorifics": "đồng chí ", "surnames": "Nguyễn ", "new names": "Lê Văn A{n}a, ",
    "places": "xã Tân Lập, ", "classes": "xã ", "units": "TP. Huế ", "many places": "các xã Hoà Sơn, Hoà Tiến, ", "places by dash": "Hà Nội - Huế - ", "addresses": "thôn 3, xã Tân Lập, huyện Ea Kar, tỉnh Đắk Lắk; ",
    "awards": "Giấy khen, ", "awards given": "trao Giấy khen cho ", "recipients": "trao Bằng khen cho 12 hộ, 3 tập thể, ", "ranks": "hạng Nhất ", "issuers": "của Thủ tướng Chính phủ tặng ",
    "awards and reasons": "UBND xã Tân Lập tặng Giấy khen cho ông Lê Văn Tám vì có thành tích xuất sắc. ",
    "credits": "Ảnh: Lê Văn Tám ", "captions": "Ảnh: Đ/c Lê Văn Tám\n", "abbreviated": "TP. ", "signed": "T/M UBND\nCHỦ TỊCH\nLê Văn Tám\n",
    "decomposed": "e\u0302\u0301", "marks": "\u0301", "zero width": "\u200b", "zero width words": "xã\u200b Tân\u200b ", "emoji": "😀", "right to left": "\u202eשלום ", "hangul": "\u1100\u1161", "spaces of all kinds": "\u00a0a\u2009\t",
}  # fmt: skip


class Everything:
    """A classifier that accepts: the later stages see as much as they ever can."""

    def score(self, question: str, candidates: list) -> float:
        for candidate in candidates:
            candidate.probability = 0.9
        return 0.5


def stages(article: Article, model) -> Iterator[tuple[str, float]]:
    """The CPU seconds of each stage over one article."""

    def timed(work: Callable):
        begin = time.process_time()
        out = work()
        return out, time.process_time() - begin

    reading, spent = timed(lambda: Reading(article))
    yield "reading", spent
    reading.words, spent = timed(lambda: words(reading.text))
    yield "words", spent
    yield "tokens", timed(lambda: reading.tokens)[1]
    yield "sentences", timed(lambda: reading.sentences)[1]
    for room in ROOMS:
        for stage in room.stages:
            name = f"{room.name} {stage.question}"
            candidates, spent = timed(lambda stage=stage: stage.propose(reading))
            yield f"{name} propose", spent
            yield f"{name} describe", timed(lambda stage=stage, found=candidates: stage.describe(reading, found))[1]
            threshold, spent = timed(lambda stage=stage, found=candidates: model.score(stage.question, found))
            yield f"{name} score", spent
            reading.proposed[stage.question] = candidates
            yield f"{name} accept", timed(lambda stage=stage, found=candidates, at=threshold: stage.take(reading, found, at))[1]
        yield f"{room.name} resolve", timed(lambda room=room: room.resolve(reading))[1]
    yield "record", timed(lambda: record.make(reading))[1]


def measure(text: str, model) -> dict[str, float]:
    """CPU seconds by stage: of two runs the better, for short texts."""
    runs = []
    for _ in range(2 if len(text) < 100_000 else 1):
        gc.collect()
        runs.append(dict(stages(Article(text, published=parse_published("2021-06")), model)))
    return {name: min(run[name] for run in runs) for name in runs[0]}


def repeated(pattern: str, length: int) -> str:
    if "{n}" not in pattern:
        return "Tin" + pattern * (length // len(pattern))
    return "Tin" + "".join(pattern.replace("{n}", "".join(chr(97 + int(digit)) for digit in str(n))) for n in range(length // len(pattern)))


def real(length: int) -> str:
    """The training articles one after another, again and again."""
    articles = "\n".join(entry["text"] for entry in gold.read_gold(ROOT / "corpus" / "train"))
    return (articles * (length // len(articles) + 1))[:length]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", type=int, default=6_000, help="characters of the short text")
    parser.add_argument("--text", nargs="*", default=[*HOSTILE, "real"], help="the texts' names")
    parser.add_argument("--model", type=Path, help="a folder of weights in place of the shipped ones")
    parser.add_argument("--all", action="store_true", help="print every stage")
    arguments = parser.parse_args()
    gc.disable()
    shipped = classifier(arguments.model)
    over = 0
    print(f"{'text':22} {'classifier':10} {'stage':28} {'ms / 1,000 characters':>22} {'10 times the text':>18}")
    for name in arguments.text:
        for called, model in (("shipped", shipped), ("everything", Everything())):
            make = real if name == "real" else lambda length, name=name: repeated(HOSTILE[name], length)
            begin = time.process_time()
            short = measure(make(arguments.short), model)
            long = measure(make(10 * arguments.short), model)
            whole = sum(long.values()), sum(short.values())
            lines = [("all", *whole)] + [(stage, long[stage], short[stage]) for stage in long]
            for stage, much, little in lines:
                ratio = much / max(little, LEAST / 10)
                wrong = ratio > BOUND and much > LEAST * BOUND
                over += wrong
                if wrong or stage == "all" or arguments.all:
                    print(f"{name:22} {called:10} {stage:28} {much * 1e6 / (10 * arguments.short):22.2f} {ratio:18.1f}{'  NOT LINEAR' if wrong else ''}", flush=True)
            if time.process_time() - begin > 60:
                print(f"{name:22} took {time.process_time() - begin:.0f} s", flush=True)
    print(f"{over} stages over {BOUND:g} times")
    return 1 if over else 0


if __name__ == "__main__":
    raise SystemExit(main())
