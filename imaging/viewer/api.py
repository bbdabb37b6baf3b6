"""REST operations on key images and measurements of a study."""

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.authentication import BearerAuthentication
from imaging.access.permissions import MayAct
from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.archive.looks import audit_study_look
from imaging.archive.models import Study
from imaging.archive.selectors import studies_visible_to
from imaging.common.api import listed
from imaging.common.errors import InvalidInput, NotFound
from imaging.common.typed import whole_number
from imaging.viewer.afterreport import version_signed_at
from imaging.viewer.marking import LARGEST_REVISION
from imaging.viewer.models import KeyImage
from imaging.viewer.pictures import key_image_picture
from imaging.viewer.selectors import annotations_of, instance_get, key_images_of, study_get
from imaging.viewer.serializers import AnnotationInput, AnnotationOutput, KeyImageChange, KeyImageInput, KeyImageOutput
from imaging.viewer.services import annotation_remove, annotation_save, key_image_add, key_image_remove, key_image_update

REVISION = OpenApiParameter(
    "X-Lightbox-Revision", int, OpenApiParameter.HEADER,
    description="The number of the change, above all that were known where it was made. A lower one than is kept answers 409.",
)  # fmt: skip


class ViewerApi(APIView):
    authentication_classes = (BearerAuthentication, SessionAuthentication)
    permission_classes = (MayAct,)
    acts: ClassVar[dict[str, Act]] = {
        "get": Act.IMAGES_VIEW,
        "post": Act.KEY_IMAGE_MARK,
        "put": Act.KEY_IMAGE_MARK,
        "patch": Act.KEY_IMAGE_MARK,
        "delete": Act.KEY_IMAGE_MARK,
    }


def looked(request: Request, study: str) -> Study:
    """The study for the caller, and the row in the audit trail that they looked. Raises NotFound."""
    found = study_get(user=request.user, study_instance_uid=study)
    audit_study_look(user=caller(request), study=found, door="api")
    return found


class KeyImagesView(ViewerApi):
    """The key images of a study."""

    @extend_schema(responses=listed(KeyImageOutput))
    def get(self, request: Request, study: str) -> Response:
        found = key_images_of(study=looked(request, study))
        return Response({"results": KeyImageOutput(found, many=True).data})

    @extend_schema(request=KeyImageInput, responses={201: KeyImageOutput})
    def post(self, request: Request, study: str) -> Response:
        form = KeyImageInput(data=request.data)
        form.is_valid(raise_exception=True)
        look = dict(form.validated_data)
        parent = study_get(user=request.user, study_instance_uid=study)
        instance = instance_get(user=request.user, study=parent, sop_instance_uid=look.pop("instance"))
        frame, caption = look.pop("frame"), look.pop("caption")
        kept = key_image_add(user=request.user, instance=instance, frame=frame, look=look, caption=caption)  # type: ignore[arg-type]
        return Response(KeyImageOutput(kept).data, status=201)


class KeyImageView(ViewerApi):
    """One key image: its caption and whether the report shows it."""

    @extend_schema(request=KeyImageChange, responses=KeyImageOutput)
    def patch(self, request: Request, pk: int) -> Response:
        form = KeyImageChange(data=request.data)
        form.is_valid(raise_exception=True)
        changed = key_image_update(user=request.user, key_image=_key_image(request, pk), **form.validated_data)  # type: ignore[arg-type]
        return Response(KeyImageOutput(changed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        key_image_remove(user=request.user, key_image=_key_image(request, pk))  # type: ignore[arg-type]
        return Response(status=204)


class KeyImagePictureView(ViewerApi):
    """The picture of a key image, with its measurements."""

    @extend_schema(responses={(200, "image/jpeg"): bytes})
    def get(self, request: Request, pk: int) -> HttpResponse:
        key_image = _key_image(request, pk)
        audit_study_look(user=caller(request), study=key_image.study, door="api")
        picture = key_image_picture(key_image)
        return HttpResponse(picture, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _key_image(request: Request, pk: int) -> KeyImage:
    visible = studies_visible_to(request.user).values("pk")
    found = (
        KeyImage.objects.filter(pk=pk, removed_at=None, study__in=visible).select_related("study", "instance", "instance__metadata").first()
    )
    if found is None:
        raise NotFound(_("There is no such key image."))
    return found


class MarksView(ViewerApi):
    """The marks of one kind on a study."""

    marks_of: ClassVar[Callable[..., QuerySet[Any]]]
    output: ClassVar[type[serializers.ModelSerializer[Any]]]

    def get(self, request: Request, study: str) -> Response:
        parent = looked(request, study)
        context = {"user": request.user, "signed_at": version_signed_at(parent)}
        return Response({"results": self.output(type(self).marks_of(study=parent), many=True, context=context).data})


class MarkView(ViewerApi):
    """One mark, named by the viewer that made it: sent again it is kept once."""

    input: ClassVar[type[serializers.Serializer[Any]]]
    output: ClassVar[type[serializers.ModelSerializer[Any]]]
    save: ClassVar[Callable[..., Any]]
    remove: ClassVar[Callable[..., None]]

    def put(self, request: Request, study: str, uid: str) -> Response:
        form = self.input(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        parent = study_get(user=request.user, study_instance_uid=study)
        instance = instance_get(user=request.user, study=parent, sop_instance_uid=values.pop("instance"))
        named: dict[str, Any] = {"uid": mark_uid(uid), "study": parent, **_numbered(request, values)}
        mark = type(self).save(user=caller(request), instance=instance, values=values, **named)
        return Response(self.output(mark, context={"user": request.user, "signed_at": version_signed_at(parent)}).data)

    def delete(self, request: Request, study: str, uid: str) -> Response:
        parent = study_get(user=request.user, study_instance_uid=study)
        type(self).remove(user=caller(request), study=parent, uid=mark_uid(uid))
        return Response(status=204)


def told(input: type[Any], output: type[Any]) -> Any:
    """What a MarkView says of itself in the schema."""
    return extend_schema_view(
        put=extend_schema(request=input, parameters=[REVISION], responses=output), delete=extend_schema(responses={204: None})
    )


@extend_schema_view(get=extend_schema(responses=listed(AnnotationOutput)))
class AnnotationsView(MarksView):
    """The measurements on a study."""

    marks_of = annotations_of
    output = AnnotationOutput


@told(AnnotationInput, AnnotationOutput)
class AnnotationView(MarkView):
    """One measurement, named by the viewer that made it: sent again it is kept once."""

    input, output = AnnotationInput, AnnotationOutput
    save, remove = annotation_save, annotation_remove


def _numbered(request: Request, values: dict[str, Any]) -> dict[str, Any]:
    """Which change of a mark a request is: its `revision`, and whether it takes the mark away (taken out of `values`).

    Raises InvalidInput."""
    given = request.headers.get("X-Lightbox-Revision")
    revision = whole_number(given)
    if given is not None and (revision is None or revision > LARGEST_REVISION):
        raise InvalidInput(_("The number of a change is a whole number."))
    return {"revision": revision, "is_removed": values.pop("removed")}


def mark_uid(text: str) -> uuid.UUID:
    """The name that a viewer gave to what it made. Raises InvalidInput."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise InvalidInput(_("What a viewer makes is named by a UUID.")) from error
