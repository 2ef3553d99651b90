"""The pictures of pages and of a briefing in docs/pictures, taken in Chromium of the library's news; `make pictures` takes them anew."""

from __future__ import annotations

import re
from base64 import b64encode
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from flows.steps.passes import official_terms
from tests.browser import browser
from tests.library import library, pages_of
from tests.test_flows_briefings import briefed, letter
from tests.warehouse_examples import ROOT
from warehouse.officials import save_officials

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


def take_briefing(folder: Path) -> None:
    """Write the picture of a briefing as its mail shows it."""
    with briefed(folder, "There will be no truce and no talks of it, as we have always said to everyone") as desk:
        save_officials(desk.session, official_terms(desk.setup.watchlist))
        told = letter(desk)
    assert told.briefing is not None
    page = told.html
    for each in told.briefing.pictures:
        page = re.sub(rf"cid:{each.name}[^\"]*", f"data:image/png;base64,{b64encode(each.png).decode()}", page)
    (folder / "briefing.html").write_text(page, encoding="utf-8")
    with browser(folder / "profile") as window:
        window.show((folder / "briefing.html").as_uri(), width=PHONE)
        window.until("[...document.images].every(each => each.complete && each.naturalWidth)")
        height = window.run("return document.documentElement.scrollHeight")
        (PICTURES / "briefing-phone.png").write_bytes(window.picture(height))


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        take(library(Path(name)), Path(name) / "profile")
    with TemporaryDirectory() as name:
        take_briefing(Path(name))
