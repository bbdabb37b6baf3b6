"""Calling REST as somebody: `call(user).post("/api/...", {...})` with JSON in and out."""

from typing import Any

from rest_framework.test import APIClient

from imaging.access.models import User


def call(user: User | None = None) -> APIClient:
    """A client that sends JSON as `user`, or as nobody."""
    client = APIClient(raise_request_exception=True)
    client.default_format = "json"
    if user is not None:
        client.force_authenticate(user)
    return client


def fault(answer: Any) -> tuple[int, str]:
    """Status and code of a problem answer."""
    return answer.status_code, answer.json().get("code", "")
