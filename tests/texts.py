"""Texts for laws and fuzzing: pieces of news and of what breaks programs, mixed."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import strategies as st

FOLDER = Path(__file__).parent / "nasty"

# News first: [:20] are words alone; the last 14 are forms that decomposition or length do something to.
NASTY = [
    "Chủ tịch UBND xã", "Bí thư", "đồng chí", "ông", "Lê Văn Tám", "Nguyễn Thị Hoá", "Tám", "TP. Huế", "xã Tân Lập, huyện Mộc Châu", "tỉnh Hoà Bình", "ngày 9-6", "3/2", "năm 2021", "sáng nay",
    "trao Giấy khen", "tặng Bằng khen của Thủ tướng", "cho 12 hộ dân", "và", "các đồng chí", "Huân chương Lao động hạng Nhất",
    "quận 1", "thôn 3", "nguyên", "Phó Chủ tịch", "Ban Thường vụ Huyện uỷ", "bổ nhiệm", "giữ chức", "mùng 3 Tết", "rằm tháng Giêng", "tuần trước", "từ 1 đến 5-9", "quý I/2020", "thế kỷ XX", "20 năm qua", "lúc 7 giờ 30",
    "hai xã Hoà Sơn, Hoà Tiến", "Hà Nội - Huế", "H'Yim Kđoh", "T/M UBND", "Ảnh: Thu Hà", "(", ")", "“", "”", "\"", "'", ",", ";", ":", "-", "–", ".", "…", "!", "/", "\n", "\n\n", "- ", "1. ", "a) ", "%", "31/2/2021", "99/99", "năm 99999",
    "1" * 30, "0", "X" * 50, "KHEN THƯỞNG", "a.a.a.", "[", "]", "\\", "|", "<b>", "=1+1", "{0}", "1/", "Ω", "т",
    "\u00a0", "\r\n", "\t", "\u2028", "\u200b", "\ufeff", "e\u0301", "\u0323", "\u0302\u0301", "😀", "\u202e", "\x00", "가", "İ",
]  # fmt: skip
PUBLISHED = st.sampled_from([None, "2021", "2021-06", "2021-06-10", "2004-02-29", "0001-01-01", "9999-12-31", "1945"])


def articles(pieces: list[str] = NASTY, longest: int = 30):
    """Texts of pieces, with or without spaces between them; never blank."""
    piece = st.one_of(st.sampled_from(pieces), st.sampled_from(pieces), st.sampled_from(pieces), st.text(alphabet=sorted(set("".join(pieces))), max_size=6))
    return st.tuples(st.lists(piece, min_size=1, max_size=longest), st.sampled_from([" ", " ", " ", ""])).map(lambda made: made[1].join(made[0])).filter(lambda text: text.strip())


def nasty_texts() -> list[tuple[str, str]]:
    """Name and text of our own corpus of nasty texts, and of what fuzzing has found."""
    out = []
    for path in sorted(FOLDER.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            out.append((entry["name"], entry["text"]))
    return out
