"""Secrets: passwords by argon2, and random words of which only a keyed hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import SecretStr

DEFAULT_KEY = "for this machine only"  # never served to others: app.cli.serve refuses it
SHORTEST_KEY, SHORTEST_PASSWORD, LONGEST_PASSWORD = 32, 12, 200
GUESSED, STRONG = 72, 3
"""Characters that the guesser looks at, and its score (0 to 4) from which a password takes more than 10^8 guesses."""
_argon2 = PasswordHasher()


def new_word() -> str:
    """256 random bits, as text for a cookie or a header."""
    return secrets.token_urlsafe(32)


def keyed_hash(key: SecretStr | None, word: str) -> str:
    """What is stored of a word: useless to who has the database but not the key."""
    secret = key.get_secret_value() if key else DEFAULT_KEY
    return hmac.new(secret.encode(), word.encode(), hashlib.sha256).hexdigest()


def password_hash(password: str) -> str:
    """The argon2id hash of a password, with its salt and cost."""
    return _argon2.hash(password)


def is_common(password: str, *words: str) -> bool:
    """Whether a guesser with lists of common passwords, keyboard rows and these words finds it soon."""
    from zxcvbn import zxcvbn  # here, because its lists take time to load and few requests need them

    told: dict[str, Any] = zxcvbn(password[:GUESSED], user_inputs=[*words, "codered"])
    return bool(told["score"] < STRONG)


def password_matches(stored: str, password: str) -> bool:
    """Whether it is the password; takes as long for accounts that have none or are not there."""
    try:
        _argon2.verify(stored or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


@cache
def _nobody() -> str:
    return _argon2.hash(new_word())
