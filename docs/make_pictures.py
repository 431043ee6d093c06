"""The pictures of docs/pictures: terminal (dark, light, without colour, narrow), page, report.

    make pictures            (needs the extra full, chromium, chromedriver, and a font such as Noto Sans Mono:
                              DejaVu Sans Mono has not all Vietnamese letters)

Everything is made from the sample article and from corpus/dev, so the pictures show what this version does.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, TerminalTheme
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "pictures"
sys.path.insert(0, str(ROOT / "tests"))

import bantin  # noqa: E402
import chromium  # noqa: E402
from bantin import annotator, explain  # noqa: E402
from bantin.article import Article, parse_published  # noqa: E402
from bantin.export import terminal  # noqa: E402
from test_serve import DROP, SAMPLE, Server, pasted  # noqa: E402

DARK = TerminalTheme(
    (18, 20, 24), (222, 222, 222),
    [(0, 0, 0), (205, 70, 70), (80, 180, 90), (205, 180, 60), (90, 130, 230), (200, 100, 200), (70, 180, 190), (222, 222, 222)],
    [(110, 110, 110), (255, 110, 110), (120, 220, 130), (240, 220, 110), (130, 165, 255), (235, 140, 235), (110, 220, 230), (255, 255, 255)],
)  # fmt: skip
_FORMAT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"><style>.{unique_id}-matrix {{font-family:
"Noto Sans Mono", "Liberation Mono", "DejaVu Sans Mono", monospace; font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width}} {styles}</style>
<defs>{lines}</defs><rect width="100%" height="100%" fill="{background}"/>
<g transform="translate(16,16)"><g class="{unique_id}-matrix">{backgrounds}{matrix}</g></g></svg>"""


def svg(shown, width: int, theme: TerminalTheme, colour: bool = True) -> str:
    """A renderable as rich's SVG, without a window's frame and without fonts from elsewhere."""
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True, color_system="standard" if colour else None, no_color=not colour, highlight=False)
    if not colour:
        # What a terminal gets under NO_COLOR: the styles are gone, bold too.
        bare = Console(width=width, file=io.StringIO(), highlight=False)
        bare.print(shown)
        shown = Text(bare.file.getvalue().rstrip("\n"))
    console.print(shown)
    text = "#121418" if theme is DARK else "#ffffff"
    return console.export_svg(theme=theme, code_format=_FORMAT.replace("{background}", text))


def shoot(browser, path: Path, width: int, height: int, scale: float = 1) -> None:
    import base64

    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False})
    time.sleep(0.4)
    path.write_bytes(base64.b64decode(browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": False})["data"]))
    print(path.relative_to(ROOT), path.stat().st_size // 1024, "KB")


def terminals(browser, folder: Path) -> None:
    record = bantin.annotate(SAMPLE, published="2021-06", id="sample")
    reading = annotator.read(Article(SAMPLE, "sample", parse_published("2021-06")))
    nested = next(s["id"] for s in record["spans"] if s["label"] == "TITLE" and s["surface"].startswith("Phó Chủ tịch"))
    views = {
        "terminal-dark": (terminal.render(record, SAMPLE, 100, True), 100, DARK, True),
        "terminal-light": (terminal.render(record, SAMPLE, 100, True), 100, DEFAULT_TERMINAL_THEME, True),
        "terminal-60-no-color": (terminal.render(record, SAMPLE, 60, False), 60, DARK, False),
        "explain": (explain.render(explain.explain(reading, nested), 6), 100, DARK, True),
    }
    for name, (shown, width, theme, colour) in views.items():
        path = folder / f"{name}.svg"
        path.write_text(svg(shown, width, theme, colour), encoding="utf-8")
        browser.get(path.as_uri())
        browser.execute_script("document.documentElement.style.overflow = 'hidden'")
        box = browser.execute_script("const b = document.documentElement.getBBox(); return [b.x + b.width, b.y + b.height]")
        shoot(browser, OUT / f"{name}.png", int(box[0]) + 16, int(box[1]) + 16, 0.7)


def pages(browser, folder: Path) -> None:
    server = Server()
    try:
        browser.get(server.url)
        browser.execute_script("document.getElementById('published').value = '2021-06'")
        pasted(browser, SAMPLE)
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 1200, "height": 860, "deviceScaleFactor": 1, "mobile": False})
        browser.find_element("css selector", "#text mark.TITLE mark.PLACE").click()
        shoot(browser, OUT / "page-light.png", 1200, 860)
        documents = sorted((ROOT / "corpus" / "dev").glob("*.txt"))[:6]
        from bantin.gold import read_marked

        rows = "".join(json.dumps({"id": path.stem, **{key: made[key] for key in ("text", "published")}}, ensure_ascii=False) + "\n" for path in documents for made in [read_marked(path)])
        browser.execute_script(DROP, [["corpus.jsonl", rows]])
        time.sleep(3)
        browser.execute_script("document.getElementById('tab-dates').click(); document.querySelector('#articles li:nth-child(3) button').click(); document.activeElement.blur()")
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        shoot(browser, OUT / "page-dark-list.png", 1200, 860)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "light"}]})
        shoot(browser, OUT / "page-400.png", 400, 1200)
    finally:
        server.stop()
    report = folder / "report.html"
    made = subprocess.run([sys.executable, "-m", "bantin.cli", "eval", "--gold", "corpus/dev", "--report", str(report), "--resamples", "200"], cwd=ROOT, capture_output=True, text=True, check=False)
    if made.returncode:
        raise SystemExit(made.stderr)
    browser.get(report.as_uri())
    shoot(browser, OUT / "report.png", 1200, 900)


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        browser = chromium.start(folder / "profile")
        try:
            terminals(browser, folder)
            pages(browser, folder)
        finally:
            browser.quit()


if __name__ == "__main__":
    main()
