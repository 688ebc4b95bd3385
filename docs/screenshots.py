"""Makes the pictures of the README from a running demo: `python3 docs/screenshots.py [http://127.0.0.1:8000]`.

Needs the test packages and a Chromium (`CODERED_CHROMIUM`, else the one on the PATH, else Playwright's own). It takes
the page of the newest plan; declare a code red and recompute before, for a picture that says something.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).resolve().parent / "images"
WIDTH, HEIGHT = 1440, 900


def chromium() -> str | None:
    """The browser to start; None for the one that Playwright brings."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CODERED_CHROMIUM") or next((found for name in names if (found := shutil.which(name))), None)


def newest_plan(page: Page) -> str:
    """The address of the newest plan that the page links to."""
    links = page.eval_on_selector_all("a[href*='/plans/']", "links => links.map(link => link.href)")
    numbered = {int(part): link for link in links for part in link.split("/plans/")[1].split("/")[:1] if part.isdigit()}
    if not numbered:
        raise SystemExit(f"{page.url} links to no plan: recompute one first")
    return str(numbered[max(numbered)]).split("?")[0]


def take(page: Page, address: str, name: str, full: bool) -> None:
    """One picture, after charts have come to rest."""
    page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(1500)
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path, full_page=full)
    sys.stdout.write(f"{path}\n")


def main(base: str) -> None:
    """Both pictures, 1440 pixels wide, light."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        take(page, base, "situation", full=False)
        take(page, newest_plan(page), "plan", full=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/")
