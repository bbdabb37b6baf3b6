"""A picture of the volume room as the viewer sends it."""

import io
import json
import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from imaging.access.models import User
from imaging.archive.models import Instance, Study
from imaging.viewer.captures.services import capture_keep
from imaging.viewer.models import KeyImage

UID = uuid.UUID("0b7a8a52-52a5-4f9c-8a5e-0d4ad9f3f0aa")


def png(width: int = 63, height: int = 41, mode: str = "RGB", **more: Any) -> bytes:
    """Red above left, else a little blue: an odd number of bytes in all."""
    picture = Image.new(mode, (width, height), (0, 0, 40) if mode == "RGB" else 0)
    if mode == "RGB":
        picture.paste((255, 0, 0), (0, 0, width // 2, height // 2))
    output = io.BytesIO()
    picture.save(output, more.pop("format", "PNG"), **more)
    return output.getvalue()


def first_of(study: Study) -> Instance:
    return Instance.objects.filter(series__study=study, rows__isnull=False).order_by("instance_number", "pk")[0]


def about(study: Study, **changes: Any) -> dict[str, Any]:
    source = {"instance": first_of(study).sop_instance_uid, "frame": 1, "window": [-400, 1000], "unit": "HU"}
    said = {"look": "plane", "plane": "oblique", "slab": "mip", "thickness": 10, "spacing": 0.75, "caption": "Oblique · MIP 10 mm"}
    return said | {"sources": [source]} | changes


def kept(user: User, study: Study, **changes: Any) -> KeyImage:
    return capture_keep(user=user, study=study, uid=uuid.uuid4(), picture=png(), about=about(study, **changes))


def sent(client: APIClient, study: Study, uid: object = UID, picture: bytes | None = None, said: Any = None) -> Any:
    body = {"picture": SimpleUploadedFile("picture.png", png() if picture is None else picture, "image/png")}
    body["about"] = json.dumps(about(study) if said is None else said)  # type: ignore[assignment]
    return client.put(f"/api/studies/{study.study_instance_uid}/captures/{uid}/", body, format="multipart")
