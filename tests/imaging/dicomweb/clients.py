"""A DICOMweb client for tests: signed in, and able to read what comes back."""

import json
from email.parser import BytesParser
from typing import Any

from django.test import Client

from imaging.access.models import User

ROOT = "/dicomweb"


class Web:
    def __init__(self, user: User | None = None, **headers: str) -> None:
        self.client = Client(headers=headers)
        if user is not None:
            self.client.force_login(user)

    def get(self, path: str, accept: str = "*/*", **headers: str) -> Any:
        return self.client.get(f"{ROOT}{path}", headers={"Accept": accept, **headers})

    def json(self, path: str, status: int = 200) -> Any:
        answer = self.get(path, "application/dicom+json")
        assert answer.status_code == status, content(answer)
        return json.loads(content(answer)) if status == 200 else None

    def post(self, path: str, objects: list[bytes], media_type: str = "application/dicom") -> Any:
        head = f"\r\n--xyz\r\nContent-Type: {media_type}\r\n\r\n".encode()
        body = b"".join(head + one for one in objects) + b"\r\n--xyz--\r\n"
        return self.client.post(f"{ROOT}{path}", body, content_type=f'multipart/related; type="{media_type}"; boundary=xyz')


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def parts(answer: Any) -> list[tuple[str, bytes]]:
    """Content type and body of every part."""
    assert answer.status_code in {200, 206}, content(answer)
    message = BytesParser().parsebytes(f"Content-Type: {answer['Content-Type']}\r\n\r\n".encode() + content(answer))
    return [(str(part["Content-Type"]), part.get_payload(decode=True)) for part in message.get_payload()]
