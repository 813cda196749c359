"""An OpenID Connect provider of the tests: a real server that signs real tokens and checks what it is sent."""

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET, KID = "arwork", "shared-with-the-provider", "one"


class Provider:
    """Its address, its key, whom it names, and what is wrong with what it says."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signing_key: Any = self.key
        self.algorithm = "RS256"
        self.claims: dict[str, Any] = {}
        self.challenges: dict[str, str] = {}
        self.leaves_out_token = False
        self.asked: dict[str, str] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def authorize(self, address: str) -> dict[str, str]:
        """What a browser brings back that was sent to `address`, once its person has agreed."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"]
        self.asked = asked
        self.challenges["code-1"] = asked["code_challenge"]
        return {"code": "code-1", "state": asked["state"]}

    def answer(self, path: str) -> dict[str, Any]:
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return {"keys": [{**public, "kid": KID, "alg": "RS256"}]}
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/nothing",
        }

    def token(self, sent: dict[str, str], *, now: float) -> dict[str, Any]:
        digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if sent["client_secret"] != SECRET or self.challenges.pop(sent["code"], None) != challenge:
            return {"error": "invalid_grant"}
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, **self.claims}
        if self.leaves_out_token:
            return {"access_token": "a", "token_type": "Bearer"}
        signed = jwt.encode(claims, self.signing_key, algorithm=self.algorithm, headers={"kid": KID})
        return {"access_token": "a", "token_type": "Bearer", "id_token": signed}


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(provider.answer(self.path))

        def do_POST(self) -> None:
            import time

            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(provider.token(sent, now=time.time()))

        def _say(self, words: dict[str, Any]) -> None:
            raw = json.dumps(words).encode()
            self.send_response(400 if "error" in words else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
