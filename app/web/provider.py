"""Single sign-on by OpenID Connect: discovery, code flow with PKCE, state and nonce; Authlib does the protocol."""

from __future__ import annotations

import logging
from typing import Any, cast
from urllib.parse import urlsplit

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app, request
from flask.sessions import SecureCookieSessionInterface
from joserfc.errors import JoseError
from requests import RequestException

from app.actions.provider import Vouched
from app.actions.sign_in import NotSignedIn
from app.config import Settings
from app.origin import is_this_machine
from app.secrecy import keyed_hash

log = logging.getLogger(__name__)
NAME, PATIENCE = "oidc", 10
DISCOVERY = "/.well-known/openid-configuration"
SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key that the provider alone has; `none` and keys known to both sides are not among them."""
WRONG = (OAuthError, JoseError, RequestException, RuntimeError, ValueError, KeyError)
EXTENSION = "codered_provider"


class _OnlyTheWay(SecureCookieSessionInterface):
    """Flask's own session holds state, nonce and verifier on the way to the provider and back, and nothing else."""

    def get_cookie_name(self, app: Flask) -> str:
        """Bound to this host where it can be."""
        return "__Host-codered-way" if request.is_secure else "codered-way"

    def get_cookie_secure(self, app: Flask) -> bool:
        """As the session's cookie."""
        return request.is_secure


def attach(app: Flask, settings: Settings) -> None:
    """Register the provider, where one is configured. Raises ValueError where it could be listened to on the way."""
    app.secret_key = keyed_hash(settings.secret_key, "the way to the provider")
    app.session_interface = _OnlyTheWay()
    app.config.update(SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax")
    if not settings.oidc_issuer:
        return
    issuer = settings.oidc_issuer.rstrip("/")
    host = urlsplit(issuer).hostname
    if not issuer.startswith("https://") and not (host and is_this_machine(host)):
        raise ValueError("CODERED_OIDC_ISSUER must start with https://")
    secret = settings.oidc_client_secret
    app.extensions[EXTENSION] = OAuth(app).register(
        NAME, client_id=settings.oidc_client_id, client_secret=secret.get_secret_value() if secret else None,
        server_metadata_url=issuer + DISCOVERY,
        client_kwargs={
            "scope": "openid email profile", "code_challenge_method": "S256", "default_timeout": PATIENCE,
            "token_endpoint_auth_method": "client_secret_basic" if secret else "none",
        },
    )  # fmt: skip


def is_there() -> bool:
    """Whether this installation has a provider."""
    return EXTENSION in current_app.extensions


def send(back: str) -> Any:
    """Send the browser to the provider; it comes back to `back`. Raises NotSignedIn."""
    try:
        _load()
        return _client().authorize_redirect(back)
    except WRONG as error:
        raise _refusal(error) from error


def answer(settings: Settings) -> Vouched:
    """Who the provider vouches for, from what the browser brought back. Raises NotSignedIn."""
    try:
        metadata = _load()
        if request.args.get("iss", metadata["issuer"]) != metadata["issuer"]:
            raise ValueError("the answer names another issuer")
        one_of = {"iss": {"values": [metadata["issuer"]]}, "aud": {"values": [settings.oidc_client_id]}}
        claims = _client().authorize_access_token(claims_options=one_of).get("userinfo")
        return _vouched(claims or {}, settings.oidc_claim)
    except WRONG as error:
        raise _refusal(error) from error


def _vouched(claims: dict[str, Any], claim: str) -> Vouched:
    name = claims.get(claim)
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"the id token has no {claim}")
    if claim == "email" and claims.get("email_verified") not in (True, "true"):
        raise ValueError("the email is not verified")
    return Vouched(str(claims["iss"]), str(claims["sub"]), name)


def _load() -> dict[str, Any]:
    """What the provider says of itself, where it is the one that is configured, without signatures of no worth."""
    metadata = cast(dict[str, Any], _client().load_server_metadata())
    issuer = current_app.extensions["codered"][1].oidc_issuer
    if str(metadata.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        metadata.pop("_loaded_at", None)
        raise ValueError("the provider calls itself by another name than CODERED_OIDC_ISSUER")
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [one for one in offered if one in SIGNED_BY]
    return metadata


def _client() -> Any:
    return current_app.extensions[EXTENSION]


def _refusal(error: Exception) -> NotSignedIn:
    """What went wrong stands in the log; who comes is not told more than that it did."""
    log.warning("single sign-on failed: %s: %s", type(error).__name__, error)
    if isinstance(error, RequestException):
        return NotSignedIn("the provider of single sign-on does not answer; try again in a moment")
    return NotSignedIn("single sign-on did not work; start again")
