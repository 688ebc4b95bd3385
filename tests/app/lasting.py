"""An inquiry that tells one way and then does not come to an end by itself."""

from __future__ import annotations

import time
from typing import Any


def lasting(_: object, tell: Any) -> None:
    """One way, then nothing for a minute."""
    facts = {
        "text": "a way",
        "status": "",
        "pays": {},
        "unproven": {},
        "pins": [],
        "classes": [],
        "conflicts": [],
        "step": None,
        "edits": [],
    }
    tell(("ways", facts))
    time.sleep(60)
