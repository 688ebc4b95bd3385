"""A small real OpenID provider: discovery, keys, code flow with PKCE, signed id tokens; and what it may get wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, abort, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "codered-tests", "a secret between the two"


@dataclass
class Provider:
    """Who it vouches for, and what is wrong with what it says: `claims` are written over those that are right."""

    address: str = ""
    user: dict[str, Any] = field(
        default_factory=lambda: {"sub": "1001", "email": "kim@example.com", "email_verified": True}
    )
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    stolen_key: bool = False
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def app(self) -> Flask:
        """The provider as an application."""
        app = Flask("provider")
        app.add_url_rule("/.well-known/openid-configuration", "discovery", lambda: jsonify(self._metadata()))
        app.add_url_rule("/keys", "keys", lambda: jsonify({"keys": [self.key.as_dict(private=False)]}))
        app.add_url_rule("/authorize", "authorize", self._authorize)
        app.add_url_rule("/token", "token", self._token, methods=["POST"])
        return app

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.address, "jwks_uri": f"{self.address}/keys",
            "authorization_endpoint": f"{self.address}/authorize", "token_endpoint": f"{self.address}/token",
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"], **self.metadata,
        }  # fmt: skip

    def _authorize(self) -> Any:
        """The user agrees at once."""
        asked = request.args.to_dict()
        self.asked.append(asked)
        if asked.get("client_id") != CLIENT or asked.get("code_challenge_method") != "S256":
            abort(400)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": self.address})
        return redirect(f"{asked['redirect_uri']}?{back}")

    def _token(self) -> Response:
        """The code once, from the client that knows its secret and the verifier of the challenge."""
        asked, basic = self.codes.pop(request.form.get("code", ""), None), request.authorization
        if not basic or (basic.username, basic.password) != (CLIENT, SECRET):
            abort(401)
        digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not asked or challenge != asked["code_challenge"] or request.form["redirect_uri"] != asked["redirect_uri"]:
            refused = jsonify({"error": "invalid_grant"})
            refused.status_code = 400
            return refused
        return jsonify(
            {"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": self._id_token(asked["nonce"])}
        )

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": nonce, **self.user}
        claims = {name: value for name, value in (claims | self.claims).items() if value is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        if self.algorithm != "RS256":
            return _by_hand(header, claims, self.key.as_pem(private=False) if self.algorithm == "HS256" else b"")
        signer = RSAKey.generate_key(2048, {"kid": "one"}) if self.stolen_key else self.key
        return jwt.encode(header, claims, signer)


def _by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """A token that no honest library makes: unsigned, or signed with what everybody knows, the public key."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    signature = hmac.new(secret, b".".join(parts), hashlib.sha256).digest() if secret else b""
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()
