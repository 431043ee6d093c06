"""The server: what it answers, whom it refuses, what it never says; and the page in a browser."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import unicodedata
import urllib.error
import urllib.request
from pathlib import Path

import jsonschema
import pytest

pytest.importorskip("starlette", reason="the extra serve is not installed")
pytest.importorskip("uvicorn", reason="the extra serve is not installed")

import bantin
from bantin.serve import openapi

ROOT = Path(__file__).parent.parent
SAMPLE = (ROOT / "corpus" / "sample.txt").read_text(encoding="utf-8")
HOSTILE = '<script>document.title="ran"</script> Bí thư Huyện ủy "Lê" <img src=x onerror=alert(1)>\n\nSáng 9-6, đồng chí Lê Văn Tám 😀, Bí thư Huyện ủy Mộc Châu, trao Giấy khen cho 12 hộ dân.'


class Server:
    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "bantin.cli", "serve", "--port", "0", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.url = ""
        said = ""
        for line in self.process.stderr:
            said += line
            if match := re.search(r"http://\S+:\d+", line):
                self.url = match[0]
                break
        assert self.url, said
        self.port = int(self.url.rpartition(":")[2])

    def ask(self, path: str, body=None, **headers: str) -> tuple[int, dict | str, dict]:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        if data is not None:
            sent.setdefault("content-type", "application/json")
        request = urllib.request.Request(self.url + path, data, sent)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                raw, status, got = answer.read(), answer.status, answer.headers
        except urllib.error.HTTPError as error:
            raw, status, got = error.read(), error.code, error.headers
        return status, json.loads(raw) if "json" in got["content-type"] else raw.decode(), dict(got)

    def stop(self) -> str:
        """End it as Ctrl-C does; everything that it ever said."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=20)
        return out + err


@pytest.fixture(scope="module")
def server():
    made = Server()
    yield made
    if made.process.poll() is None:
        made.stop()


def test_annotate_gives_the_record_of_the_library(server):
    status, made, _ = server.ask("/annotate", {"text": SAMPLE, "published": "2021-06", "id": "sample"})
    assert status == 200
    assert made == json.loads(json.dumps(bantin.annotate(SAMPLE, published="2021-06", id="sample")))
    jsonschema.Draft202012Validator(openapi.record_schema()).validate(made)


def test_plain_text_and_names_of_units(server):
    status, made, _ = server.ask("/annotate?published=2021-06&names=1", SAMPLE.encode(), content_type="text/plain; charset=utf-8")
    assert status == 200 and "tỉnh Sơn La" in made["names"].values()
    assert {key for key in made if key != "names"} == set(bantin.annotate(SAMPLE, published="2021-06"))


@pytest.mark.parametrize(
    "body, headers, status, reason",
    [
        ({"text": "  "}, {}, 422, "empty"),
        ({"text": 5}, {}, 422, "not a string"),
        ({"words": "a"}, {}, 422, "no 'text'"),
        ([1], {}, 422, "JSON object"),
        (b"{", {}, 422, "not JSON"),
        (b"\xff", {"content_type": "text/plain"}, 422, "not UTF-8"),
        ({"text": "Tin", "published": "2021-13"}, {}, 422, "2021-13"),
        (b"a=1", {"content_type": "application/x-www-form-urlencoded"}, 415, "text/plain"),
        ({"text": "a" * 2_100_000}, {}, 413, "larger"),
        ({"text": "Tin"}, {"origin": "https://example.org"}, 403, "another site"),
        ({"text": "Tin"}, {"origin": "null"}, 403, "another site"),
        ({"text": "Tin"}, {"sec_fetch_site": "cross-site"}, 403, "another site"),
        ({"text": "Tin"}, {"host": "evil.example"}, 403, "not asked under that name"),
        ({"text": "Tin"}, {"host": "localhost.evil.example"}, 403, "not asked under that name"),
        ({"text": "Tin"}, {"host": "127.0.0.1:80@evil.example"}, 403, "not asked under that name"),
    ],
)
def test_what_is_refused(server, body, headers, status, reason):
    got, made, _ = server.ask("/annotate", body, **headers)
    assert got == status and reason in made["error"], made


def test_chunked_bodies_are_limited_too(server):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("POST", "/annotate", (b"a" * 100_000 for _ in range(40)), {"content-type": "text/plain"}, encode_chunked=True)
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # it hung up while we were still sending
    assert server.ask("/health")[0] == 200


def test_other_names_of_loopback_and_the_own_page(server):
    assert server.ask("/annotate", {"text": "Tin"}, host=f"localhost:{server.port}", origin=f"http://localhost:{server.port}")[0] == 200
    assert server.ask("/annotate", {"text": "Tin"}, host=f"localhost:{server.port}", origin=f"http://127.0.0.1:{server.port}")[0] == 403
    assert server.ask("/health", host=f"[::1]:{server.port}")[0] == 200


def test_the_page_has_its_files_and_nothing_from_elsewhere(server):
    status, page, headers = server.ask("/")
    assert status == 200 and "default-src 'none'" in headers["content-security-policy"]
    links = re.findall(r'(?:src|href)="(/[^"]+)"', page)
    assert len(links) >= 3
    for link in links:
        status, content, headers = server.ask(link)
        assert status == 200 and not re.search(r"https?://(?!www\.w3\.org/2000/svg)", content), link
    assert server.ask("/static/../app.py")[0] == 404 and server.ask("/static/%2e%2e%2fapp.py")[0] == 404


def test_openapi_describes_every_route(server):
    from bantin.serve.app import make

    status, document, _ = server.ask("/openapi.json")
    assert status == 200 and document["openapi"].startswith("3.1")
    routes = {route.path for route in make().app.routes} - {"/", "/static/{name}", "/openapi.json"}
    assert set(document["paths"]) == routes
    jsonschema.Draft202012Validator.check_schema(document["components"]["schemas"]["Record"])


def test_label_studio_backend(server):
    assert server.ask("/health")[1]["status"] == "UP"
    tasks = [{"id": 1, "data": {"text": unicodedata.normalize("NFD", HOSTILE), "published": "2021-06"}}, {"id": 2, "data": {"text": SAMPLE}}]
    status, made, _ = server.ask("/predict", {"tasks": tasks, "label_config": "<View/>", "project": "1.5"})
    assert status == 200 and len(made["results"]) == 2
    for task, prediction in zip(tasks, made["results"], strict=True):
        regions = [r for r in prediction["result"] if r["type"] == "labels"]
        assert regions
        for region in regions:
            assert task["data"]["text"][region["value"]["start"] : region["value"]["end"]] == region["value"]["text"]
    assert server.ask("/predict", {"tasks": [{"data": {}}]})[0] == 422


def test_the_token_and_the_article_are_never_said():
    made = Server()
    token = "b7d3c0ffee-secret-token"
    assert made.ask("/setup", {"project": "1", "schema": "<View/>", "hostname": "http://localhost:8080", "access_token": token})[1]["model_version"].startswith("bantin")
    made.ask(f"/setup?access_token={token}", b"{")
    made.ask("/annotate", {"text": "Tin mật của Lê Văn Tám"})
    made.ask("/annotate", {"text": 1, "token": token})
    said = made.stop()
    assert token not in said and "Lê Văn Tám" not in said


def test_a_port_in_use_is_one_line(server):
    again = subprocess.run([sys.executable, "-m", "bantin.cli", "serve", "--port", str(server.port)], capture_output=True, text=True, timeout=60, check=False)
    assert again.returncode == 1 and "cannot listen" in again.stderr and len(again.stderr.splitlines()) == 1


# The page in a browser.


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from chromium import start

    made = start(tmp_path_factory.mktemp("profile"))
    yield made
    made.quit()


@pytest.fixture
def page(browser, server):
    from selenium.webdriver.support.ui import WebDriverWait

    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.get(server.url)
    WebDriverWait(browser, 10).until(lambda b: b.find_element("id", "source").is_displayed())
    return browser


PASTE = """const field = document.getElementById('source'); field.focus(); field.value = arguments[0];
field.dispatchEvent(new InputEvent('input', {inputType: 'insertFromPaste', bubbles: true}));"""
DROP = """const files = new DataTransfer(); for (const [name, text] of arguments[0]) files.items.add(new File([text], name));
document.dispatchEvent(new DragEvent('drop', {dataTransfer: files, bubbles: true, cancelable: true}));"""


def wait(browser, condition):
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, 20).until(condition)


def pasted(browser, text: str) -> None:
    browser.execute_script(PASTE, text)
    wait(browser, lambda b: b.execute_script("return document.getElementById('text').textContent") == text)


def quiet(browser) -> bool:
    return not [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


@pytest.mark.full
def test_an_article_is_pasted_and_read(page):
    page.execute_script("document.getElementById('published').value = '2021-06'")
    pasted(page, SAMPLE)
    expected = bantin.annotate(SAMPLE, published="2021-06", id="pasted")
    shown = page.execute_script("return [...document.querySelectorAll('#text mark')].map(m => [m.dataset.id, m.dataset.label, m.textContent])")
    assert sorted(shown) == sorted([span["id"], span["label"], span["surface"]] for span in expected["spans"])
    inner = page.execute_script("return [...document.querySelectorAll('#text mark.TITLE mark.PLACE')].map(m => m.textContent)")
    assert "huyện Mộc Châu" in inner  # nested marks nest
    assert page.find_element("css selector", "#people h3").text.endswith("Lường Văn Quyền")
    assert json.loads(page.execute_script("return document.getElementById('record').textContent")) == json.loads(json.dumps(expected))
    for tab, wanted in (("places", "tỉnh Sơn La"), ("dates", "2021-06-09"), ("awards", "Chủ tịch UBND huyện")):
        page.find_element("id", f"tab-{tab}").click()
        assert wanted in page.find_element("id", tab).text
    assert page.find_elements("css selector", "#dates svg rect") or page.find_elements("css selector", "#dates .track rect")
    assert quiet(page)


@pytest.mark.full
@pytest.mark.skipif(not (Path(__file__).parents[2] / "shared" / "gold" / "dev.jsonl").exists(), reason="the real gold is not here")
def test_a_real_article_is_pasted_and_read(page):
    for line in (Path(__file__).parents[2] / "shared" / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines()[:3]:
        text = json.loads(line)["text"]
        page.execute_script("document.getElementById('new').click()")
        pasted(page, text)
        shown = page.execute_script("return [...document.querySelectorAll('#text mark')].map(m => [m.dataset.label, m.textContent])")
        assert sorted(shown) == sorted([span["label"], span["surface"]] for span in bantin.annotate(text)["spans"])


@pytest.mark.full
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_nothing_of_an_article_runs(page, form):
    text = unicodedata.normalize(form, HOSTILE)
    pasted(page, text)
    assert page.title == "bantin" and not page.find_elements("css selector", "#result script, #result img, nav script")
    for mark in page.execute_script("return [...document.querySelectorAll('#text mark')].map(m => [m.dataset.id, m.textContent])"):
        span = next(s for s in bantin.annotate(text)["spans"] if s["id"] == mark[0])
        assert span["surface"] == mark[1]  # emoji and combining marks shift nothing
    assert quiet(page)


@pytest.mark.full
def test_by_keyboard_and_with_a_tip(page):
    from selenium.webdriver.common.keys import Keys

    pasted(page, SAMPLE)
    first = page.find_element("css selector", "#text mark[tabindex='0']")
    first.send_keys(Keys.ARROW_RIGHT)
    active = page.switch_to.active_element
    assert active.get_attribute("data-id") == "e2" and active.get_attribute("aria-label").startswith("award: ")
    tip = page.find_element("id", "tip")
    assert tip.is_displayed() and "rule" in tip.text and active.get_attribute("aria-describedby") == "tip"
    active.send_keys(Keys.ESCAPE)
    assert not tip.is_displayed()
    active.send_keys(Keys.ENTER)
    assert page.find_element("css selector", "#awards .card.lit").is_displayed()
    active.send_keys(Keys.END)
    assert page.switch_to.active_element.get_attribute("data-id") == page.execute_script("return [...document.querySelectorAll('#text mark')].at(-1).dataset.id")
    tab = page.find_element("id", "tab-awards")
    tab.send_keys(Keys.ARROW_RIGHT)
    assert page.find_element("id", "json").is_displayed() and page.switch_to.active_element.get_attribute("id") == "tab-json"
    # From a person to the mention in the text.
    page.find_element("id", "tab-people").click()
    page.find_element("css selector", "#people button").click()
    assert page.switch_to.active_element.get_attribute("data-label") == "OFFICIAL"
    # A layer can be switched off.
    page.find_element("css selector", "#layers input[value=PLACE]").click()
    assert not page.find_elements("css selector", "#text mark.PLACE.on")
    page.find_element("css selector", "#layers input[value=PLACE]").click()


@pytest.mark.full
def test_every_control_has_a_name(page):
    pasted(page, SAMPLE)
    nodes = page.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = {"button", "checkbox", "textbox", "tab", "tabpanel", "region", "navigation", "group", "tablist"}
    nameless = [n["role"]["value"] for n in nodes if not n.get("ignored") and n.get("role", {}).get("value") in roles and not n.get("name", {}).get("value")]
    assert not nameless, nameless


@pytest.mark.full
def test_several_articles_are_a_list(page):
    lines = "".join(json.dumps({"id": f"a{n}", "text": f"Tin số {n}: ông Lê Văn Tám, Bí thư Huyện ủy Mộc Châu.", "published": "2021"}, ensure_ascii=False) + "\n" for n in range(3))
    page.execute_script(DROP, [["b.jsonl", lines], ["c.txt", SAMPLE], ["leer.txt", " \n"]])
    wait(page, lambda b: "5 articles, 1 failed" in b.find_element("id", "status").text)
    rows = page.find_elements("css selector", "#articles li button")
    assert len(rows) == 5 and "Tin số 0" in rows[0].text and "failed" in rows[4].text
    rows[3].click()
    assert page.execute_script("return document.getElementById('text').textContent") == SAMPLE
    page.execute_script(DROP, [["bad.json", "{"]])
    wait(page, lambda b: "not JSON" in b.find_element("id", "status").text)


@pytest.mark.full
def test_small_screens_dark_and_light(page):
    from chromium import contrast

    pasted(page, SAMPLE)
    for scheme in ("light", "dark"):
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": False})
        for tab in ("people", "places", "dates", "awards", "json"):
            page.execute_script(f"document.getElementById('tab-{tab}').click()")
            assert page.execute_script("return document.documentElement.scrollWidth") <= 400, tab
        style = "const s = getComputedStyle(arguments[0]); return [s.backgroundColor, s.color]"
        assert contrast(*page.execute_script(style, page.find_element("tag name", "body"))) >= 7
        paper = page.execute_script(style, page.find_element("tag name", "body"))[0]
        quiet_ink = page.execute_script(style, page.find_element("id", "keys"))[1]
        assert contrast(paper, quiet_ink) >= 4.5


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    from bantin.errors import BantinError
    from bantin.serve.command import serve

    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(BantinError, match=r"bantin\[serve\]"):
        serve(port=0, host="127.0.0.1", allow_host=None, max_bytes=1000)
