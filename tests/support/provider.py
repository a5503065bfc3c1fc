"""An identity provider of the test's own: OpenID Connect, as far as a sign-in needs it."""

import base64
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.servers import free_port

CLIENT_ID, CLIENT_SECRET = "promptory", "between the two of us"


@dataclass
class Provider:
    """Who signs in next, and what the provider says of them."""

    url: str
    claims: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "only"}))

    async def metadata(self, _request: Request) -> Response:
        """Where everything is."""
        places = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return JSONResponse(places)

    async def authorize(self, request: Request) -> Response:
        """Know the person at once, and send them back."""
        asked, code = dict(request.query_params), secrets.token_urlsafe()
        self.asked[code] = {"nonce": asked.get("nonce")}
        query = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{query}", 302)

    async def token(self, request: Request) -> Response:
        """Say who it was, once, to the one client that there is."""
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme != "Basic" or base64.b64decode(credentials).decode() != f"{CLIENT_ID}:{CLIENT_SECRET}":
            return JSONResponse({"error": "invalid_client"}, 401)
        form = await request.form()
        asked = self.asked.pop(str(form["code"]))
        now = int(time.time())
        said = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 3600, **asked, **self.claims}
        signed = jwt.encode({"alg": "RS256", "kid": "only"}, said, self.key)
        return JSONResponse({"access_token": "unused", "token_type": "Bearer", "id_token": signed})

    async def keys(self, _request: Request) -> Response:
        """The key that tokens are checked with."""
        public = json.loads(json.dumps(self.key.as_dict(private=False)))
        return JSONResponse({"keys": [public | {"alg": "RS256", "use": "sig"}]})


@contextmanager
def identity_provider() -> Iterator[Provider]:
    """A provider that listens on a port of its own."""
    port = free_port()
    provider = Provider(f"http://127.0.0.1:{port}")
    routes = [
        Route("/.well-known/openid-configuration", provider.metadata),
        Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]),
        Route("/keys", provider.keys),
    ]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield provider
    server.should_exit = True
    thread.join(10)
