"""A headless Chromium for the browser tests, with a profile of its own, and WCAG contrast."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest


def start(profile: Path, width: int = 1200, height: int = 900):
    """Skips the test where selenium, chromium or its driver is missing."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="no selenium")
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("no chromium and chromedriver (Debian: apt-get install chromium chromium-driver)")
    options = Options()
    options.binary_location = chromium
    flags = "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-quic --no-first-run --disable-component-update --disable-sync"
    for flag in (*flags.split(), f"--user-data-dir={profile}", f"--window-size={width},{height}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(driver))


def contrast(one: str, two: str) -> float:
    """WCAG 2 contrast of two CSS colours."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        return sum(weight * (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4) for weight, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True))

    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)
