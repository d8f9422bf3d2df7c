"""A person at a browser: a real Chromium, watched for what it reports against the content policy."""

import hashlib
import hmac
import os
import struct
import time
from base64 import b32decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Person:
    """One browser context. ``complaints`` collects errors of the console and answers of 500 and above."""

    def __init__(self, context: BrowserContext, url: str, pictures: Path) -> None:
        self.page: Page = context.new_page()
        self.url = url
        self.pictures = pictures
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._console(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", lambda answer: self._answer(answer.status, answer.url))
        self._last_step: dict[str, int] = {}

    def _console(self, kind: str, text: str) -> None:
        if kind == "error" and "status of 4" not in text:
            self.complaints.append(f"{self.page.url}: {text}")

    def _answer(self, status: int, url: str) -> None:
        if status >= 500:
            self.complaints.append(f"{status} {url}")

    def go(self, path: str) -> None:
        """Open a page of the portal; it must answer."""
        answer = self.page.goto(self.url + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"

    def picture(self, name: str, *, whole: bool = False) -> None:
        """Keep a screenshot where somebody asked for them; without, the page is laid out with its fonts all the same.

        Painting and packing a whole page takes longer than loading it.
        """
        if os.environ.get("PORTAL_TEST_PICTURES"):
            self.page.screenshot(path=self.pictures / f"{name}.png", full_page=whole)
        else:
            self.page.wait_for_load_state()  # after a click the next page may have no root yet
            self.page.evaluate("document.fonts.ready.then(() => document.documentElement?.scrollHeight)")

    def fits(self, width: int) -> bool:
        """Whether the window has this width and nothing of the page lies beyond it."""
        widths = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        return bool(widths[0] <= widths[1] == width)

    def code(self, seed: str) -> str:
        """A code of the authenticator app that was not used before; waits when even the next one was used.

        The next one is what an app shows whose clock is fast; the portal takes it for the sake of such apps.
        """
        step = max(int(time.time()) // 30, self._last_step.get(seed, 0) + 1)
        while step > int(time.time()) // 30 + 1:
            time.sleep(0.2)
        self._last_step[seed] = step
        return totp(seed, step)


def totp(seed: str, step: int) -> str:
    """RFC 6238 with SHA-1 and six digits, written here once more so that the portal is not its own witness."""
    digest = hmac.new(b32decode(seed), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


@contextmanager
def browser(chromium: str, url: str, pictures: Path, *, dark: bool = False, width: int = 1440) -> Iterator[Person]:
    """A fresh browser without cookies."""
    # Chromium keeps its state in a home folder; a test's browser gets none of the user's.
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS, env=dict(os.environ))
        context = launched.new_context(
            viewport={"width": width, "height": 960}, color_scheme="dark" if dark else "light", locale="en-GB"
        )
        context.set_default_timeout(20_000)
        try:
            yield Person(context, url, pictures)
        finally:
            context.close()
            launched.close()
