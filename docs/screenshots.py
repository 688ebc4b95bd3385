"""Makes the pictures of the README from a running demo: `python docs/screenshots.py [http://127.0.0.1:8000/]`.

Needs the test packages and a Chromium (`CODERED_CHROMIUM`, else the one on the PATH, else Playwright's own). It has the
code red of the example recomputed first, so that the plan in the picture is one.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).resolve().parent / "images"
WIDTH = 1440
PATIENCE = 120_000


def chromium() -> str | None:
    """The browser to start; None for the one that Playwright brings."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CODERED_CHROMIUM") or next((found for name in names if (found := shutil.which(name))), None)


def recompute(page: Page) -> str:
    """Have the policy `code-red` recomputed from the situation page; the address of its plan."""
    page.get_by_label("Under the policy").select_option("code-red")
    page.get_by_role("button", name="Recompute", exact=True).click()
    page.wait_for_url("**/plans/*", timeout=PATIENCE)
    return page.url


def take(page: Page, address: str, name: str, height: int) -> None:
    """One picture of the top of a page, after its charts have come to rest."""
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(1500)
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    sys.stdout.write(f"{path}\n")


def main(base: str) -> None:
    """Both pictures, light."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(color_scheme="light")
        take(page, base, "situation", 1100)
        take(page, recompute(page), "plan", 1900)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/")
