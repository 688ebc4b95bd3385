"""Imports that are cut off: by a command that is killed, and by the server that is killed under a browser."""

from __future__ import annotations

import os
import random
import signal
import threading
import time

import requests

from app.actions.accounts import add_account
from app.actions.audit import verify
from app.actions.sign_in import begin_session
from app.db import Database
from app.roles import EVERYWHERE, Role
from app.web import cookie
from tests.faults.ground import STARTS_SECONDS, Counted, Place, answers, children, lab, serving, there, until
from tests.faults.processes import end, importer_of
from tests.faults.stamped import is_whole, stamped, versions


def importer_killed(where: Place, times: int) -> Counted:
    """kill -9 of a command in the middle of an import: all of it or nothing is there."""
    moments = random.Random(11)
    with lab(where) as db:
        whole = 0
        longest = 1.5 * max(_seconds_of_an_import(where, times + number) for number in (1, 2, 3))
        for number in range(1, times + 1):
            before = versions(db)
            child, _ = importer_of(where, number)
            time.sleep(moments.uniform(0, longest))
            end(child)
            whole += is_whole(db, number, before)
        assert verify(db).good
        return {"killed": times, "whole": whole, "nothing": times - whole}


def _seconds_of_an_import(where: Place, number: int) -> float:
    child, says = importer_of(where, number)
    began = time.monotonic()
    assert says.recv() == "done"
    seconds = time.monotonic() - began
    child.join()
    return seconds


def web_killed_mid_import(where: Place, times: int) -> Counted:
    """kill -9 of the process that serves while it applies an upload: all or nothing, the page says which, and the
    button may be pressed again.
    """
    moments = random.Random(13)
    cut, applied, found = 0, 0, 0
    with lab(where) as db, serving(where) as (address, master):
        browser = signed_in(db)
        began = time.monotonic()
        assert browser.post(f"{_uploaded(browser, address, 0)}/apply", allow_redirects=False).status_code == 303
        longest = 1.3 * (time.monotonic() - began)
        for number in range(1, times + 1):
            preview = _uploaded(browser, address, number)
            before = versions(db)
            pressing = _Pressing(browser, f"{preview}/apply")
            time.sleep(moments.uniform(0, longest))
            _kill_serving(master)
            pressing.join()
            cut += pressing.status is None
            until(lambda: answers(address), STARTS_SECONDS)
            whole = is_whole(db, number, before)
            assert pressing.status is None or whole, "it was told that all is there, and nothing is"
            again = browser.get(preview)
            assert (again.status_code, "have been made" in again.text) == (200, whole), again.text
            applied += whole
            if not whole:
                assert browser.post(f"{preview}/apply", allow_redirects=False).status_code == 303
                assert is_whole(db, number, before)
            else:
                twice = browser.post(f"{preview}/apply", allow_redirects=False)
                assert twice.status_code == 409, twice.text
            found += len(versions(db)) == len(before)
        assert verify(db).good
    return {"killed": times, "cut off": cut, "whole": applied, "nothing": times - applied, "good": found}


def signed_in(db: Database) -> requests.Session:
    """A browser of kim, who is admin of everything."""
    add_account(db, "kim", None, {EVERYWHERE: Role.ADMIN}, "ann")
    browser = requests.Session()
    browser.cookies.set(cookie.OVER_HTTP, begin_session(db, None, "kim", "a browser"))
    return browser


def _uploaded(browser: requests.Session, address: str, number: int) -> str:
    """The address of the preview of an upload."""
    files = [("files", (name, text)) for name, text in stamped(number).items()]
    answer = browser.post(f"{address}/import", files=files, data={"replace": "yes"}, allow_redirects=False)
    assert answer.status_code == 303, answer.text
    return address + answer.headers["Location"].removeprefix(address)


def _kill_serving(master: int) -> None:
    pids = children(master)
    assert pids, "nobody serves"
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    until(lambda: not any(map(there, pids)))


class _Pressing(threading.Thread):
    """A browser that waits for an answer: its status, None where the connection was cut."""

    def __init__(self, browser: requests.Session, address: str) -> None:
        super().__init__(daemon=True)
        self._browser, self._address = browser, address
        self.status: int | None = None
        self.start()

    def run(self) -> None:
        try:
            self.status = self._browser.post(self._address, allow_redirects=False, timeout=60).status_code
        except requests.ConnectionError:
            self.status = None
