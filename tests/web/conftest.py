"""The web application on a real database, served to a real Chromium where a test needs one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from app import api, create_app
from app.actions import work
from app.actions.accounts import add_account
from app.actions.approve import approve
from app.actions.import_data import import_portfolio
from app.actions.plans import store_plan
from app.actions.sign_in import begin_session
from app.actions.snapshot import snapshot
from app.config import Settings
from app.db import Database
from app.roles import EVERYWHERE, Role
from app.web import cookie
from app.web.imports import EXAMPLE
from tests.databases import Makers
from tests.web.made_plan import made_outcome

CHROMIUM = os.environ.get("CODERED_CHROMIUM", "/usr/bin/chromium")
OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
)  # fmt: skip
"""What Chromium does without. The last two load pages for the list below its address bar, which nobody sees, with each
page that is opened: that takes longer than most pages. The others Playwright turns off, and only the last such flag
counts."""
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-features=" + ",".join(OFF),
]  # fmt: skip
DEMO = "code-red"
LOOKS_EVERY = 0.02
"""Seconds after which a server of a test looks whether it is to stop, for which its test waits."""
EACH_COLOUR_ONCE = """
{
  const colour = axe.commons.color.Color.prototype, parse = colour.parseString, known = new Map();
  const parts = ({ r, g, b, alpha }) => ({ r, g, b, alpha });
  colour.parseString = function (text) {
    if (!known.has(text)) known.set(text, parts(parse.call(this, text)));
    return Object.assign(this, known.get(text));
  };
}
0;
"""
"""Axe reads the same few colours for each element again, in half of its time: here it knows those it read before."""
AXE = Axe(AXE_SCRIPT + EACH_COLOUR_ONCE)


@dataclass(frozen=True)
class Site:
    """An application with its database and, when served, its address."""

    app: Flask
    db: Database
    address: str = ""


@pytest.fixture(scope="session", autouse=True)
def _one_runner() -> Iterator[None]:
    yield
    work.shut_down()


def fill(db: Database) -> None:
    """Write the example, a plan of record (1) and a code red that waits for approval (2)."""
    import_portfolio(db, EXAMPLE, "ann")
    problem = snapshot(db, DEMO)
    for policy in ("normal", "code-red"):
        store_plan(db, problem, made_outcome(problem, policy), None, "ann")
    approve(db, 1, "the year's first plan", "kim")


@pytest.fixture
def empty(tmp_path: Path, url: str) -> Iterator[Site]:
    """An application without any portfolio."""
    yield from _site(tmp_path / "empty", url)


@pytest.fixture
def demo(tmp_path: Path, makers: Makers, database_kind: str) -> Iterator[Site]:
    """An application with the example and two plans."""
    yield from _site(tmp_path / "demo", makers.copy("example", fill, database_kind))


@pytest.fixture
def client(demo: Site) -> FlaskClient:
    """Requests to the example."""
    return demo.app.test_client()


@pytest.fixture
def live(demo: Site) -> Iterator[Site]:
    """The example, served."""
    with serving(demo) as site:
        yield site


@pytest.fixture
def live_empty(empty: Site) -> Iterator[Site]:
    """The application without a portfolio, served."""
    with serving(empty) as site:
        yield site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose errors, of scripts and of the content policy, fail the test."""
    yield from watched(browser.new_page(viewport={"width": 1440, "height": 900}))


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Pages of other sizes and colour schemes."""
    pages: list[Page] = []

    def make(**how: object) -> Page:
        pages.append(browser.new_page(**how))  # type: ignore[arg-type]
        return pages[-1]

    yield make
    for one in pages:
        one.close()


def watched(page: Page) -> Iterator[Page]:
    """The page; afterwards no script may have failed and nothing may have been blocked."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if _bad(message.type, message.text) else None)
    yield page
    page.close()
    assert errors == []


def serious_faults(page: Page) -> list[tuple[str, list[Any]]]:
    """What axe finds serious on a page: the rule, and the first few places."""
    found = AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found if v["impact"] in ("serious", "critical")]


def _bad(kind: str, text: str) -> bool:
    # Chromium also reports refused forms (422) as console errors; those are answers.
    return kind == "error" and "status of 4" not in text


@contextmanager
def serving(site: Site, *, as_kim: bool = True) -> Iterator[Site]:
    """The application behind a real socket; whoever comes without a session is kim, unless a test signs in itself."""
    server = make_server("127.0.0.1", 0, _as_kim(site.app) if as_kim else site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=[LOOKS_EVERY], daemon=True)
    thread.start()
    yield Site(site.app, site.db, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()


class SignedIn(FlaskClient):
    """Requests of kim, who is admin of everything and signed in."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.set_cookie(cookie.OVER_HTTP, self.application.config["KIM"])


def _as_kim(app: Flask) -> Any:
    def door(environ: dict[str, Any], start: Any) -> Any:
        environ.setdefault("HTTP_COOKIE", f"{cookie.OVER_HTTP}={app.config['KIM']}")
        return app(environ, start)

    return door


def visitor(site: Site) -> FlaskClient:
    """Requests of somebody who is not signed in."""
    return FlaskClient(site.app, site.app.response_class)


def enter(db: Database, name: str, grants: Mapping[str, Role]) -> str:
    """A new account that is signed in; what its cookie holds."""
    add_account(db, name, None, grants, "ann")
    return begin_session(db, None, name, "a browser")


def _site(folder: Path, url: str) -> Iterator[Site]:
    app = _application(Settings(instance=folder, database_url=url))
    db: Database = app.extensions["codered"][0]
    as_made = dict(app.config)
    app.config["KIM"] = enter(db, "kim", {EVERYWHERE: Role.ADMIN})
    app.test_client_class = SignedIn
    yield Site(app, db)
    db.close()
    app.config.clear()
    app.config.update(as_made)
    _idle.append(app)


_idle: list[Flask] = []
"""Applications that a test is done with. To make one takes a quarter of a second, most of it for the addresses."""


def _application(settings: Settings) -> Flask:
    """An idle application, given another database; where none is idle, a new one."""
    if not _idle:
        return create_app(settings)
    app, db = _idle.pop(), Database(settings.url)
    app.extensions["codered"] = db, settings
    del app.wsgi_app  # type: ignore[method-assign]  # which holds the API of the database before
    api.mount(app, db, settings)
    return app
