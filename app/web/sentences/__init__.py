"""Every sentence that a reader may meet and that is made in English elsewhere: by the planner, or by an action.

A part `%(name)s` is taken over as it stands, unless its name begins with `said` (a sentence of its own), `list`
(several, joined by commas and `and`), `series` (joined by semicolons), `day` or `amount` (with its unit).
"""

from __future__ import annotations

from app.web.sentences.checks import CHECKS
from app.web.sentences.faults import FAULTS
from app.web.sentences.reasons import REASONS
from app.web.sentences.refusals import REFUSALS
from app.web.sentences.repairs import REPAIRS
from app.web.sentences.rights import RIGHTS
from app.web.sentences.words import WORDS

SENTENCES: tuple[str, ...] = (*WORDS, *REASONS, *REPAIRS, *REFUSALS, *FAULTS, *RIGHTS, *CHECKS)
