"""How often each trap of the guidelines occurs: ``bantin corpus coverage``.

A trap is an expression over the text, or a property of marks and relations; it is counted in places and in
articles. Fewer than LEAST articles of train means that it can hardly be learnt, and the table says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bantin_eval.check import Article
from bantin_eval.corpus import SPLITS, articles, table
from bantin_eval.likely import _Cover

LEAST = 6


class _View:
    """One article with what the traps ask of it."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self.text = article.marked.text
        self.lower = self.text.lower()
        self.marks = article.marked.marks
        self.covered = _Cover(article)
        self.relations = article.marked.relations
        self.held = {title for relation in self.relations if relation["type"] != "award" for title in relation["titles"]}

    def of(self, label: str) -> Iterator[tuple[str, str, str | None, int]]:
        """Surface, name, value, start of each mark of a layer."""
        for mark in self.marks:
            if mark.label == label:
                yield self.text[mark.start : mark.end], mark.name, mark.value, mark.start

    def unlabelled(self, pattern: str) -> int:
        return sum(not self.covered(match.start()) for match in re.finditer(pattern, self.lower))

    def body(self) -> str:
        return self.text.strip()


def _dates(test: Callable[[str, str], bool]) -> Callable[[_View], int]:
    return lambda view: sum(test(surface.lower(), value or "") for surface, _, value, _ in view.of("DATE"))


def _text(pattern: str) -> Callable[[_View], int]:
    return lambda view: len(re.findall(pattern, view.lower))


def _lower_titles(view: _View) -> int:
    return sum(surface[0].islower() and name not in view.held for surface, name, _, _ in view.of("TITLE"))


def _headline_titles(view: _View) -> int:
    first = len(view.text) - len(view.text.lstrip()) + len(view.body().split("\n", 1)[0])
    return sum(start < first for *_, start in view.of("TITLE"))


def _own_lines(view: _View) -> int:
    lines = [line for line in view.body().split("\n") if line.strip()]
    short = sum(line.rstrip().endswith((".", '"', "”")) and len(line) < 300 for line in lines)
    return int(len(lines) >= 10 and "\n\n\n" not in view.text and short > 0.7 * len(lines) and view.body().count("\n\n") < 0.4 * len(lines))


def _one_block(view: _View) -> int:
    return int(max(map(len, view.body().split("\n"))) > 0.7 * len(view.body()) and len(view.body()) > 700)


TRAPS: tuple[tuple[str, Callable[[_View], int]], ...] = (
    ("TITLE without a name, lower case", _lower_titles),
    ("TITLE without a name", lambda v: sum(name not in v.held for _, name, _, _ in v.of("TITLE"))),
    ("TITLE in the headline", _headline_titles),
    ("post in the plural or indefinite: none", lambda v: v.unlabelled(r"(?:các|một|những|nhiều|mấy|vị) (?:phó )?(?:chủ tịch|bí thư|giám đốc|phó giám đốc|trưởng (?:thôn|bản|ấp|phòng)|hiệu trưởng)")),
    ("former post (nguyên, cựu)", lambda v: sum(surface.lower().startswith(("nguyên", "cựu")) for surface, *_ in v.of("TITLE"))),
    ("company or cooperative post: none", lambda v: v.unlabelled(r"(?:giám đốc|chủ tịch|phó giám đốc|chủ nhiệm) (?:một |điều hành )?(?:công ty|doanh nghiệp|htx|hợp tác xã|hđqt|ngân hàng|tập đoàn)")),
    ("short name of an OFFICIAL", lambda v: sum(" " not in surface for surface, *_ in v.of("OFFICIAL"))),
    ("other person after a form of address: none", lambda v: _others(v)),
    ("Hồ Chí Minh as thought, style, example: none", lambda v: v.unlabelled(r"(?:tư tưởng|tấm gương|gương|phong cách|đạo đức)[^.\n]{0,20}hồ chí minh")),
    ("road, school, prize named after a person", _text(r"(?:đường|phố|trường (?:thpt|thcs|tiểu học|mầm non)|giải(?: thưởng)?) (?:nguyễn|trần|lê|phạm|hoàng|phan|võ|ngô|lý|hùng|quang|hai bà) ")),
    ("appointment", lambda v: sum(relation["type"] == "appointed" for relation in v.relations)),
    ("dismissal", lambda v: sum(relation["type"] == "removed" for relation in v.relations)),
    ("DATE with a weekday", _dates(lambda s, v: bool(re.search(r"thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật", s)))),
    ("DATE relative (hôm qua, năm ngoái, cùng ngày …)", _dates(lambda s, v: bool(re.search(r"hôm|nay|qua|ngoái|cùng|trước|sau|tới|mai", s)))),
    ("DATE lunar or Tết", _dates(lambda s, v: bool(re.search(r"tết|âm lịch|giêng|chạp|mùng|mồng|rằm|giáp|ất|bính|đinh|mậu|kỷ|canh|tân|nhâm|quý [a-z]", s)))),
    ("DATE quarter", _dates(lambda s, v: bool(re.fullmatch(r"\w{4}-3[3-6]", v)))),
    ("DATE interval", _dates(lambda s, v: "/" in v)),
    ("DATE decade or century", _dates(lambda s, v: v.endswith("X") and not v.startswith("XXXX"))),
    ("DATE recurring or without year", _dates(lambda s, v: v.startswith("XXXX"))),
    ("DATE not resolvable", _dates(lambda s, v: v == "?")),
    ("figures like a date (12/14, 3-0): none", lambda v: v.unlabelled(r"(?<![\w/.,-])\d{1,2}[/-]\d{1,2}(?![\w/.,-]*\d)")),
    ("vague time (thời gian qua, hiện nay …): none", lambda v: v.unlabelled(r"(?<!\w)(?:hiện nay|đến nay|thời gian qua|thời gian tới|những năm qua|gần đây|vừa qua|hằng năm|hàng năm)(?!\w)")),
    ("AWARD aimed at, proposed, withdrawn", lambda v: sum(value == "false" for *_, value, _ in v.of("AWARD"))),
    ("AWARD with a quoted name", lambda v: sum(bool(re.search(r"[“\"']", surface)) for surface, *_ in v.of("AWARD"))),
    ("quoted name of a campaign or model: none", lambda v: v.unlabelled(r"(?:phong trào|cuộc vận động|mô hình|chiến dịch|chương trình|chủ đề|quỹ)(?: thi đua)? [“\"]")),
    ("yearly rating: none", lambda v: v.unlabelled(r"hoàn thành (?:xuất sắc |tốt )?nhiệm vụ|trong sạch,? vững mạnh")),
    ("khen thưởng, biểu dương alone: none", lambda v: v.unlabelled(r"(?<!\w)(?:khen thưởng|biểu dương|tuyên dương|thưởng nóng|thư khen)(?!\w)")),
    ("gift, purse, scholarship: none", lambda v: v.unlabelled(r"(?:suất quà|phần quà|học bổng|lẵng hoa|bức trướng|triệu đồng|sổ tiết kiệm)")),
    ("recipient named", lambda v: sum(_is_name(v, name) for relation in v.relations for name in relation.get("recipients", []))),
    ("recipient a group", lambda v: sum(not _is_name(v, name) for relation in v.relations for name in relation.get("recipients", []))),
    ("presenter", lambda v: sum(len(relation.get("presenters", [])) for relation in v.relations)),
    ("caption or photo credit", _text(r"ảnh: |ảnh \d")),
    ("signature block", lambda v: sum(surface.isupper() and v.text[: start].endswith("\n") for surface, _, _, start in v.of("TITLE"))),
    ("one sentence a line", _own_lines),
    ("the article in one block", _one_block),
    ("units of 2025-07 (cũ, trước sáp nhập)", lambda v: int((v.article.header.get("published") or "0") >= "2025-07")),
    ("no day of publication", lambda v: int(not v.article.header.get("published"))),
    ("decomposed text (NFD)", lambda v: int(v.article.header.get("form") == "nfd")),
    ("CR LF", lambda v: int(v.article.header.get("newline") == "crlf")),
    ("' date YYYY-MM' before the text", lambda v: int(bool(re.match(r" date \d{4}-\d\d ", v.text)))),
    ("no OFFICIAL at all", lambda v: int(not any(v.of("OFFICIAL")))),
    ("no AWARD at all", lambda v: int(not any(v.of("AWARD")))),
)


def _others(view: _View) -> int:
    """Names after ông, bà, anh, chị … that are no OFFICIALs."""
    return sum(view.text[match.end()].isupper() and not view.covered(match.end()) for match in re.finditer(r"(?<!\w)(?:ông|bà|anh|chị|em|cụ) (?=\w)", view.lower))


def _is_name(view: _View, name: str) -> bool:
    mark = view.article.marked.named(name)
    words = view.text[mark.start : mark.end].split()
    return mark.label == "OFFICIAL" or (mark.label == "ARGUMENT" and all(word[0].isupper() for word in words) and len(words) < 6)


def report(corpus) -> str:
    """The table: places and articles of each trap in the three splits. Raises BantinError."""
    found = {split: [_View(each) for each in articles(corpus)[split] if isinstance(each, Article)] for split in SPLITS}
    rows = [("trap", *(f"{split} {what}" for split in SPLITS for what in ("places", "articles")), "")]
    for name, count in TRAPS:
        cells: list[str] = []
        for split in SPLITS:
            counts = [count(view) for view in found[split]]
            cells += [str(sum(counts)), str(sum(map(bool, counts)))]
        rows.append((name, *cells, "rare in train" if int(cells[1]) < LEAST else ""))
    return table(rows)
