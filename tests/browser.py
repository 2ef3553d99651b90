"""Chromium as people use it, driven over WebDriver: what it shows, at which width, in which light; reaches loopback alone."""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import httpx

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
# As root there is no sandbox; and no name but this machine's is resolved, whatever a page or the browser itself wants.
ARGUMENTS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
AXE = (resources.files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")
# WCAG 2.1, levels A and AA.
CHECK = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).then(
  found => done(found.violations.map(each => [each.id, each.help, each.nodes.map(node => node.html)])),
  error => done([["axe", String(error), []]]));
"""
UNTIL = """
const done = arguments[arguments.length - 1];
const look = () => (%s) ? done(true) : setTimeout(look, 20);
look();
"""


class Browser:
    """One window."""

    def __init__(self, client: httpx.Client, session: str) -> None:
        """Take a session of the driver."""
        self._client, self._session = client, session

    def show(self, url: str, *, width: int = 1280, dark: bool = False) -> None:
        """Open a page at a width, in light or dark."""
        self._cdp(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 700
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._cdp("Emulation.setEmulatedMedia", features=[scheme])
        self._ask("url", url=url)

    def run(self, script: str) -> Any:
        """Return what a script comes to in the page; fail where the page has opened a dialog."""
        return self._ask("execute/sync", script=script, args=[])

    def press(self, key: str) -> None:
        """Press a key, as somebody at a keyboard does."""
        text = {"text": key} if len(key) == 1 else {}
        self._cdp("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self._cdp("Input.dispatchKeyEvent", type="keyUp", key=key)

    def until(self, condition: str) -> None:
        """Wait until an expression holds in the page; fail after a minute."""
        self._ask("execute/async", script=UNTIL % condition, args=[])

    def barriers(self) -> list[Any]:
        """Return what axe finds that keeps somebody from using the page."""
        self._ask("execute/sync", script=AXE, args=[])
        return list(self._ask("execute/async", script=CHECK, args=[]))

    def picture(self, height: int) -> bytes:
        """Return the top of the page as a PNG."""
        clip = {"x": 0, "y": 0, "width": self.run("return innerWidth"), "height": height, "scale": 1}
        return b64decode(self._cdp("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"])

    def _cdp(self, command: str, **params: Any) -> Any:
        return self._ask("goog/cdp/execute", cmd=command, params=params)

    def _ask(self, what: str, **body: Any) -> Any:
        answer = self._client.post(f"/session/{self._session}/{what}", json=body).json()["value"]
        assert not (isinstance(answer, dict) and "error" in answer), answer
        return answer


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Open a window whose profile is in a folder, and close it."""
    assert BROWSER
    assert DRIVER
    driver = subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert driver.stdout
    try:
        port = next(line.split()[-1].rstrip(".") for line in driver.stdout if "started successfully on port" in line)
        options = {"binary": BROWSER, "args": [*ARGUMENTS, f"--user-data-dir={folder}"]}
        wanted = {"alwaysMatch": {"goog:chromeOptions": options, "timeouts": {"script": 60_000, "pageLoad": 60_000}}}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120, trust_env=False) as client:
            session = client.post("/session", json={"capabilities": wanted}).json()["value"]["sessionId"]
            try:
                yield Browser(client, session)
            finally:
                client.delete(f"/session/{session}")
    finally:
        driver.terminate()
        driver.wait()
        driver.stdout.close()
