"""Lightbox's REST API as the demo's staff use it: each under an account of the own role."""

import json
import urllib.error
import urllib.request
from typing import Any

from demo import environment

PASSWORD = "lightbox-demo"  # noqa: S105  the demo's published password
ANSWER_SECONDS = 60


class RestFailure(Exception):
    """The API refused or failed; the text is its status and answer."""


class Account:
    """One signed-in account."""

    def __init__(self, username: str) -> None:
        self._username = username
        self._token = ""

    def get(self, path: str) -> Any:
        """The decoded answer of a GET. Raises RestFailure, as `post` does."""
        return self._call("GET", path, None)

    def post(self, path: str, **body: Any) -> Any:
        return self._call("POST", path, body)

    def patch(self, path: str, **body: Any) -> Any:
        return self._call("PATCH", path, body)

    def put(self, path: str, **body: Any) -> Any:
        return self._call("PUT", path, body)

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        if not self._token:
            self._token = str(self._request("POST", "/api/tokens/", {"username": self._username, "password": PASSWORD}, {})["token"])
        return self._request(method, path, body, {"Authorization": f"Bearer {self._token}"})

    def _request(self, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str]) -> Any:
        request = urllib.request.Request(  # noqa: S310  our own address
            environment.web() + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Accept": "application/json", "Content-Type": "application/json", **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
                content = answer.read()
        except urllib.error.HTTPError as error:
            raise RestFailure(f"{method} {path} as {self._username}: {error.code} {error.read().decode(errors='replace')[:300]}") from error
        except OSError as error:
            raise RestFailure(f"{method} {path}: {error}") from error
        return json.loads(content) if content else None
