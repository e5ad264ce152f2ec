"""A small OpenID Connect provider on the loopback address: who signs in is who the test says."""

import base64
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "svh", "not-a-secret"


class Provider:
    """`email` is who the next sign-in is."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "test", "use": "sig"}, auto_kid=False)
        self.email = ""
        self.given: dict[str, tuple[str, str]] = {}  # code to e-mail and nonce
        self.address = ""

    def discovery(self) -> dict[str, object]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def code(self, asked: dict[str, list[str]]) -> str:
        code = secrets.token_urlsafe(12)
        self.given[code] = (self.email, asked.get("nonce", [""])[0])
        return f"{asked['redirect_uri'][0]}?{urlencode({'code': code, 'state': asked['state'][0]})}"

    def token(self, code: str) -> dict[str, object]:
        email, nonce = self.given.pop(code)
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "sub": email, "email": email, "email_verified": True}
        claims |= {"iat": now, "exp": now + 3600, "nonce": nonce}
        signed = jwt.encode({"alg": "RS256", "kid": "test"}, claims, self.key)
        return {
            "access_token": secrets.token_urlsafe(8),
            "token_type": "Bearer",
            "expires_in": 3600,
            "id_token": signed,
        }


@contextmanager
def provider() -> Iterator[Provider]:
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, what: object) -> None:
            data = json.dumps(what).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path.endswith("openid-configuration"):
                self.answer(made.discovery())
            elif asked.path == "/keys":
                self.answer({"keys": [made.key.as_dict(private=False)]})
            else:
                self.send_response(302)
                self.send_header("Location", made.code(parse_qs(asked.query)))
                self.end_headers()

        def do_POST(self) -> None:
            body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            plain = base64.b64decode(self.headers.get("Authorization", "Basic ").split()[-1] or "").decode()
            assert plain == f"{CLIENT}:{SECRET}" or body.get("client_secret") == [SECRET]
            self.answer(made.token(body["code"][0]))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
