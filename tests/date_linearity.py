"""CPU time of the dates room on hostile text, and how it grows: ``python tests/date_linearity.py``.

Prints for each kind of text the milliseconds per 1,000 characters and the ratio of ten times the text
(12 and more is not linear). A script and no test, since timings on a busy machine are no verdict.
"""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "pipeline"))

from bantin.article import Article
from bantin.dates import candidates, features, resolve
from bantin.reading import Reading

SHORT = 20_000
HOSTILE = {
    "dates": "ngày 1/1/2020 ", "numbers": "1 ", "slashes": "1/", "dashes": "1-2-", "months": "tháng ", "from": "từ từ ", "in": "trong ",
    "coordination": "ngày 1, 2, 3, 4, 5, 6, ", "five years": "năm năm ", "ten": "mười mười ", "Tết": "Tết ", "parts": "sáng chiều ", "clock": "7 giờ 30 ",
    "brackets": "(((( ", "letters": "a.a.", "same": "cùng trong ngay ", "today": "hôm nay cùng ngày ", "lunar": "mùng 3 tháng Giêng ",
    "ranges": "từ 1 đến 2 đến 3/4 ", "one sentence": "ngày 9-1 và ", "years": "năm 2021, ", "Sunday": "chủ nhật, ", "lines": "1/\n", "ago": "cách đây hơn ",
    "figures": "99", "in the year": "trong năm ", "asides": "trước đó, tối 9/1, ", "unfinished": "ngày 5, ",
}  # fmt: skip


def seconds(text: str) -> float:
    """CPU seconds of proposing, describing and resolving everything proposed."""
    reading = Reading(Article(text))
    assert len(reading.tokens) + len(reading.sentences) + 1
    gc.collect()
    begin = time.process_time()
    proposed = candidates.propose(reading)
    features.describe(reading, proposed)
    for candidate in proposed:
        candidate.probability = 0.9
    resolve.accept(reading, proposed, 0.5)
    resolve.resolve(reading)
    return time.process_time() - begin


if __name__ == "__main__":
    gc.disable()
    worst = 0.0
    for name, unit in HOSTILE.items():
        short = min(seconds(unit * (SHORT // len(unit))) for _ in range(2))
        long = min(seconds(unit * (10 * SHORT // len(unit))) for _ in range(2))
        ratio = long / max(short, 1e-3)
        worst = max(worst, ratio)
        print(f"{name:14} {long * 1e6 / (10 * SHORT):7.2f} ms per 1,000 characters, ten times the text {ratio:5.1f} times the time")
    print(f"worst ratio {worst:.1f}")
