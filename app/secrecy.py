"""Secrets: passwords by argon2, random words of which only a keyed hash is kept, and sealed ones that sign."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr

DEFAULT_KEY = "for this machine only"  # never served to others: app.cli.serve refuses it
SHORTEST_KEY, SHORTEST_PASSWORD, LONGEST_PASSWORD = 32, 12, 200
SIGNING = "whsec_"
GUESSED, STRONG = 72, 3
"""Characters that the guesser looks at, and its score (0 to 4) from which a password takes more than 10^8 guesses."""
HASHER = PasswordHasher()
"""Argon2id at the cost that its authors recommend (RFC 9106, low memory)."""


def new_word() -> str:
    """256 random bits, as text for a cookie or a header."""
    return secrets.token_urlsafe(32)


def keyed_hash(key: SecretStr | None, word: str) -> str:
    """What is stored of a word: useless to who has the database but not the key."""
    secret = key.get_secret_value() if key else DEFAULT_KEY
    return hmac.new(secret.encode(), word.encode(), hashlib.sha256).hexdigest()


def password_hash(password: str) -> str:
    """The argon2id hash of a password, with its salt and cost."""
    return HASHER.hash(password)


def is_common(password: str, *words: str) -> bool:
    """Whether a guesser with lists of common passwords, keyboard rows and these words finds it soon."""
    from zxcvbn import zxcvbn  # here, because its lists take time to load and few requests need them

    told: dict[str, Any] = zxcvbn(password[:GUESSED], user_inputs=[*words, "codered"])
    return bool(told["score"] < STRONG)


def password_matches(stored: str, password: str) -> bool:
    """Whether it is the password; takes as long for accounts that have none or are not there."""
    try:
        HASHER.verify(stored or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


def seal(key: SecretStr | None, text: str) -> str:
    """A secret that has to be used again, encrypted: useless to who has the database but not the key."""
    return _box(key).encrypt(text.encode()).decode()


def unseal(key: SecretStr | None, sealed: str) -> str | None:
    """What was sealed; None where it was sealed with another key."""
    try:
        return _box(key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def new_signing_secret() -> str:
    """A secret of a webhook as Standard Webhooks writes it."""
    return SIGNING + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, key: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` of a message: HMAC-SHA256 over its id, the time of sending and its body."""
    raw = base64.b64decode(secret.removeprefix(SIGNING))
    made = hmac.new(raw, f"{key}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(made).decode()


def _box(key: SecretStr | None) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(bytes.fromhex(keyed_hash(key, "sealed secrets"))))


@cache
def _nobody() -> str:
    return HASHER.hash(new_word())
