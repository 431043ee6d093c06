"""The report page: whole without a network, equal to the JSON, and usable in a browser."""

from __future__ import annotations

import copy
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from bantin.gold import to_record
from bantin.markup import parse
from bantin_eval import evaluation, mistakes, page, provenance, run
from bantin_eval.load import Collection

MARKED = """[O1 Lê Văn Ân], [T1 Chủ tịch UBND [P xã Hoà Sơn]], trao [A1|true Giấy khen] cho [X1 12 hộ dân] [D|2021-06-09 sáng 9-6].
Ông [O2 Ân] nói ở [P <b>&"Hà"</b>] [D|2021 năm nay].
"""


def records() -> tuple[dict, dict]:
    gold = to_record("nguồn/bài 1", {}, parse(MARKED, "holds O1 T1\naward A1 presenters=O1 recipients=X1"))
    pred = copy.deepcopy(gold)
    by_surface = {span["surface"]: span for span in pred["spans"]}
    for number, span in enumerate(pred["spans"]):
        span.update(confidence=round(0.5 + number / 20, 2), rule="rule+one" if number % 2 else "two words")
    by_surface["sáng 9-6"]["value"] = "2021-06-10"
    by_surface["Giấy khen"]["realis"] = False
    place = by_surface["xã Hoà Sơn"]
    place.update(start=place["start"] + 3, surface="Hoà Sơn")
    pred["spans"] = [span for span in pred["spans"] if span["surface"] not in ("Ân", "năm nay")]
    start = gold["text"].index("hộ dân")
    pred["spans"].append({"id": "e99", "label": "PLACE", "start": start, "end": start + 6, "surface": "hộ dân", "confidence": 0.4, "rule": "two words"})
    pred["relations"] = [relation for relation in pred["relations"] if relation["type"] != "holds"]
    return gold, pred


@pytest.fixture(scope="module")
def result() -> dict:
    gold, pred = records()
    made = evaluation.evaluate(Collection("gold", [gold]), Collection("pred", [pred]), resamples=20)
    made["comparison"] = evaluation.compare(Collection("gold", [gold]), Collection("a", [pred]), Collection("b", [gold]), resamples=20)
    made["curve"] = [{"articles": 10, "f": 0.6, "label": "micro"}, {"articles": 20, "f": 0.7, "label": "micro"}]
    return json.loads(run.to_json(made))


def test_mistakes_of_a_toy(result: dict) -> None:
    assert sorted((item["kind"], item["label"], item["surface"]) for item in result["mistakes"]) == [
        ("boundary", "PLACE", "xã Hoà Sơn"),
        ("false alarm", "PLACE", "hộ dân"),
        ("missed", "DATE", "năm nay"),
        ("missed", "OFFICIAL", "Ân"),
        ("missed", "holds", "Lê Văn Ân — Chủ tịch UBND xã Hoà Sơn"),
        ("value", "AWARD", "Giấy khen"),
        ("value", "DATE", "sáng 9-6"),
    ]


def test_a_relation_with_a_slip_is_one_mistake() -> None:
    gold = to_record("d", {}, parse("tặng [A1|true Giấy khen] cho [X1 12 hộ dân] [X2 mới]", "award A1 recipients=X1"))
    pred = to_record("d", {}, parse("tặng [A1|true Giấy khen] cho 12 [X1 hộ dân] [X2 mới]", "award A1 recipients=X1,X2"))
    made = evaluation.evaluate(Collection("gold", [gold]), Collection("pred", [pred]), resamples=20)["mistakes"]
    assert [(item["kind"], item["label"]) for item in made] == [("boundary", "recipients"), ("false alarm", "recipients")]
    assert [piece for piece in made[0]["sentence"] if piece[1]] == [["Giấy khen", "gp"], ["12 ", "g"], ["hộ dân", "gp"]]


def test_sentence_marks_gold_and_predicted(result: dict) -> None:
    slip = next(item for item in result["mistakes"] if item["kind"] == "boundary")
    assert [piece for piece in slip["sentence"] if piece[1]] == [["xã ", "g"], ["Hoà Sơn", "gp"]]
    assert "".join(text for text, _ in slip["sentence"]) == records()[0]["text"].split("\n")[0]


def test_pieces_of_a_long_line_are_cut_with_dots() -> None:
    text = "a" * 1000
    made = mistakes.pieces(text, 500, 510, [(500, 510, "g")])
    assert made[0] == made[-1] == ["…", ""] and len("".join(t for t, _ in made)) < 500


def test_changes_gained_and_lost(result: dict) -> None:
    made = result["comparison"]
    assert (made["gained"], made["lost"]) == (6, 0)  # both ends of the slip, two misses, the false alarm, the relation
    gold, pred = records()
    back = evaluation.compare(Collection("gold", [gold]), Collection("a", [gold]), Collection("b", [pred]), resamples=20)
    assert (back["gained"], back["lost"]) == (0, 6)
    assert {item["kind"] for item in back["changes"]} == {"no longer found", "new false alarm"}


class Loads(HTMLParser):
    """Everything that a browser would fetch, and every id and link inside the page."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        for name, value in attributes:
            if name in ("src", "srcset", "action", "poster", "data") or (name == "href" and tag in ("link", "use", "image")):
                self.fetched.append(value)
            elif name == "href":
                self.links.append(value)
            elif name == "id":
                self.ids.append(value)


def test_page_is_self_contained_escaped_and_its_links_lead_somewhere(result: dict) -> None:
    html = page.render(result)
    seen = Loads()
    seen.feed(html)
    assert seen.fetched == ["data:,"]
    assert not re.search(r"url\(|@import|https?://", html)
    assert "Content-Security-Policy" in html
    assert "<b>&\"Hà\"</b>" not in html and "&lt;b&gt;&amp;" in html
    assert all(link[0] == "#" and link[1:] in seen.ids for link in seen.links)
    assert len(seen.ids) == len(set(seen.ids))


def test_rules_and_lexicon_rows_are_named() -> None:
    assert provenance.rule_place("PLACE", "class+name").startswith("bantin/places/candidates.py")
    rows = provenance.rows("TITLE", "Chủ tịch UBND xã Hoà Sơn")
    assert any("roles.tsv:" in row for row in rows)
    for row in rows:
        name, line = re.search(r"officials/lexicon/(\w+\.tsv):(\d+)", row).groups()
        path = Path(provenance.files("bantin").joinpath("officials", "lexicon", name))
        assert path.read_text(encoding="utf-8").splitlines()[int(line) - 1]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory):
    """A headless Chromium with a profile of its own."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="no selenium")
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("no chromium and chromedriver (Debian: apt-get install chromium chromium-driver)")
    options = Options()
    options.binary_location = chromium
    flags = "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-quic --no-first-run --disable-component-update --disable-sync"
    for flag in (*flags.split(), f"--user-data-dir={tmp_path_factory.mktemp('profile')}", "--window-size=1200,900"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(driver))
    yield made
    made.quit()


@pytest.mark.full
def test_in_a_browser(browser, result: dict, tmp_path: Path) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select, WebDriverWait

    path = tmp_path / "page.html"
    path.write_text(page.render(result), encoding="utf-8")
    browser.get(path.as_uri())

    def shown(part: str = "#mistakes") -> int:
        items = browser.find_elements(By.CSS_SELECTOR, f"{part} .item")
        visible = sum(item.is_displayed() for item in items)
        assert browser.find_element(By.CSS_SELECTOR, f"{part} .shown").text == str(visible)
        return visible

    def choose(name: str, value: str, part: str = "#mistakes") -> None:
        Select(browser.find_element(By.CSS_SELECTOR, f"{part} [name={name}]")).select_by_value(value)

    def wait(count: int) -> None:
        WebDriverWait(browser, 5).until(lambda _: shown() == count)

    def clear() -> None:
        browser.find_element(By.CSS_SELECTOR, "#mistakes [type=reset]").click()
        wait(len(every))

    # As many rows as the JSON has, whatever is filtered.
    every = result["mistakes"]
    assert shown() == len(every) and shown("#changes") == len(result["comparison"]["changes"])
    for name in ("kind", "label"):
        for value in {item[name] for item in every}:
            choose(name, value)
            assert shown() == sum(item[name] == value for item in every)
        clear()
    choose("rule", "two words")
    assert shown() == sum(item["rule"] == "two words" for item in every) > 0
    clear()
    for name, value, passes in (("least", "0.6", lambda c: c >= 0.6), ("most", "0.45", lambda c: c <= 0.45)):
        browser.find_element(By.CSS_SELECTOR, f"#mistakes [name={name}]").send_keys(value)
        assert shown() == sum(item["confidence"] is not None and passes(item["confidence"]) for item in every)
        clear()
    choose("kind", "missed")
    choose("label", "AWARD")
    assert shown() == 0 and browser.find_element(By.CSS_SELECTOR, "#mistakes .none").is_displayed()
    clear()
    choose("kind", "now found", "#changes")
    assert shown("#changes") == sum(item["kind"] == "now found" for item in result["comparison"]["changes"])

    # The scores are those of the JSON.
    heads = [element.text for element in browser.find_elements(By.CSS_SELECTOR, ".heads b")]
    assert heads[0] == f"{100 * result['scores']['spans/exact/micro']['f']:.1f}"

    # By keyboard: / searches, Escape clears, j and k walk.
    body = browser.find_element(By.TAG_NAME, "body")
    body.send_keys("/")
    browser.switch_to.active_element.send_keys("hộ dân")
    wait(sum("hộ dân" in "".join(text for text, _ in item["sentence"]) for item in every))
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    wait(len(every))
    for key, expected in (("j", "m1"), ("j", "m2"), ("k", "m1")):
        browser.switch_to.active_element.send_keys(key)
        assert browser.switch_to.active_element.get_attribute("id") == expected
    # A rule's link leads to its row, and from there to its mistakes.
    link = browser.find_element(By.CSS_SELECTOR, "#rules a[data-value='rule+one']")
    browser.execute_script("arguments[0].scrollIntoView()", link)
    link.send_keys(Keys.ENTER)
    wait(sum(item["rule"] == "rule+one" for item in every))

    # Nothing is wider than a small screen, in light and dark; in print the filters are gone.
    for scheme in ("light", "dark"):
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": False})
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 400
        paper, ink = (browser.execute_script(f"return getComputedStyle(document.body).{name}") for name in ("backgroundColor", "color"))
        assert _contrast(paper, ink) >= 7
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not browser.find_element(By.CSS_SELECTOR, "#mistakes .filters").is_displayed()
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def _contrast(one: str, two: str) -> float:
    """WCAG 2 contrast of two CSS colours."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        return sum(weight * (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4) for weight, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True))

    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)
