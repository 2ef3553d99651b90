"""The pictures of pages in docs/pictures, taken in Chromium of the library's news; `make pictures` takes them anew."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from tests.browser import browser
from tests.library import library, pages_of
from tests.warehouse_examples import ROOT

PICTURES = ROOT / "docs" / "pictures"
PHONE, DESK = 390, 1280
# By file: the page, or the first one of its kind that a list leads to; width, dark or not, height.
TAKEN = {
    "pages-today-phone-dark": ("/", PHONE, True, 1250),
    "pages-alert-phone": ("/alerts|/alerts/", PHONE, False, 1250),
    "pages-event": ("/events|/events/", DESK, False, 900),
    "pages-official": ("/officials/dmitry-peskov", DESK, False, 1100),
    "pages-topic-dark": ("/topics/ceasefire", DESK, True, 1100),
    "pages-search": ("/search?q=ceasefire", DESK, False, 850),
}


def take(data_dir: Path, profile: Path) -> None:
    """Write every picture."""
    with pages_of(data_dir) as address, browser(profile) as window:
        for name, (path, width, dark, height) in TAKEN.items():
            listed, _, kind = path.partition("|")
            if kind:
                found = httpx.get(address + listed, trust_env=False, timeout=60).text
                listed = re.findall(rf'href="({kind}[^"?]+)"', found)[0]
            window.show(address + listed, width=width, dark=dark)
            window.run("document.querySelectorAll('img').forEach(each => each.loading = 'eager')")
            window.until("[...document.images].every(each => each.complete)")
            (PICTURES / f"{name}.png").write_bytes(window.picture(height))


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        take(library(Path(folder)), Path(folder) / "profile")
