"""The door of STOW-RS: POST to /studies or to one study."""

from collections.abc import Iterator
from typing import Any, BinaryIO, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request

from imaging.access.roles import Act
from imaging.common.dicom import is_uid
from imaging.common.errors import LightboxError
from imaging.dicomweb.answers import model_wanted, one
from imaging.dicomweb.assembled import objects_assembled
from imaging.dicomweb.negotiation import DICOM, DICOM_JSON, DICOM_XML, MULTIPART, content_type_of
from imaging.dicomweb.qido import element
from imaging.dicomweb.selectors import checked_uid
from imaging.dicomweb.services import Stored, objects_store
from imaging.dicomweb.upload import Upload

OTHER_CONTENT = 0xB000
"""Stored, but a person has to decide: the warning that comes nearest (PS3.18 table I.2.2-2)."""


class UnsupportedMedia(LightboxError):
    status = 415
    code = "unsupported-media"


class StoresObjects:
    """Adds POST to a view of DICOMweb."""

    acts: ClassVar[dict[str, Act]] = {"get": Act.IMAGES_VIEW, "post": Act.IMAGES_STORE}

    def post(self, request: Request, study: str = "") -> HttpResponse:
        expected = checked_uid(study) if study else ""
        model = model_wanted(request, DICOM_JSON, DICOM_XML)
        results = objects_store(user=request.user, objects=_objects(request), study_instance_uid=expected)  # type: ignore[arg-type]
        return one(_summary(request, results, expected), model, _status(results))


def _objects(request: Request) -> Iterator[BinaryIO]:
    media_type, parameters = content_type_of(request.META.get("CONTENT_TYPE", ""))
    if media_type == DICOM:
        yield request._request  # type: ignore[misc]
        return
    kind = parameters.get("type", DICOM).lower()
    if media_type != MULTIPART or kind not in {DICOM, DICOM_JSON, DICOM_XML}:
        raise UnsupportedMedia(_("Send multipart/related: application/dicom, application/dicom+json or application/dicom+xml."))
    upload = Upload(request._request, parameters.get("boundary", ""))
    if kind == DICOM:
        yield from (body for _headers, body in upload)
    else:
        yield from objects_assembled(upload)


def _status(results: list[Stored]) -> int:
    """200 all stored, 202 some refused or waiting for a person, 409 none stored; an empty request is a bad one."""
    if not results:
        return 400
    if all(stored.result is None for stored in results):
        return 409
    return 200 if all(stored.result is not None and not stored.needs_a_person for stored in results) else 202


def _summary(request: Request, results: list[Stored], study: str) -> dict[str, Any]:
    root = request.build_absolute_uri("/dicomweb")
    body: dict[str, Any] = {"00081190": element("UR", f"{root}/studies/{study}" if study else None)}
    referenced = [_referenced(stored, root) for stored in results if stored.result is not None]
    failed = [_failed(stored) for stored in results if stored.result is None]
    if referenced:
        body["00081199"] = {"vr": "SQ", "Value": referenced}
    if failed:
        body["00081198"] = {"vr": "SQ", "Value": failed}
    return body


def _referenced(stored: Stored, root: str) -> dict[str, Any]:
    instance = stored.result.instance if stored.result else None
    item: dict[str, Any] = {}
    if instance is not None:
        series = instance.series
        address = (
            f"{root}/studies/{series.study.study_instance_uid}/series/{series.series_instance_uid}/instances/{instance.sop_instance_uid}"
        )
        item = {
            "00081150": element("UI", instance.sop_class_uid),
            "00081155": element("UI", instance.sop_instance_uid),
            "00081190": element("UR", address),
        }
    if stored.needs_a_person and stored.result is not None:
        item |= {"00081196": element("US", OTHER_CONTENT), "00000902": element("LO", stored.result.warning[:64])}
    return item


def _failed(stored: Stored) -> dict[str, Any]:
    uids = {"00081150": stored.sop_class_uid, "00081155": stored.sop_instance_uid}
    return {
        **{tag: element("UI", uid) for tag, uid in uids.items() if is_uid(uid)},
        "00081197": element("US", stored.reason),
        "00000902": element("LO", stored.comment[:64]),
    }
