"""What every DICOMweb operation shares: who may call, problem answers, entity tags, and the audit trail."""

import hashlib
from typing import Any, TypeVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags
from rest_framework.authentication import SessionAuthentication
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from imaging.access.authentication import BearerAuthentication
from imaging.access.permissions import MayAct
from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.archive.looks import audit_study_look
from imaging.archive.models import Study
from imaging.common.memory import is_known, remember
from imaging.dicomweb.authentication import BasicAuthentication

# Less than the audit trail itself leaves between two rows for the same look.
QUIET_SECONDS = 60
Answer = TypeVar("Answer", bound=HttpResponseBase)


class DicomwebView(APIView):
    """Session, bearer token or HTTP Basic; deny by default; errors are problem JSON."""

    authentication_classes = (BearerAuthentication, BasicAuthentication, SessionAuthentication)
    permission_classes = (MayAct,)
    act = Act.IMAGES_VIEW
    schema = None

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[JSONRenderer, str]:
        """Accept is read by each operation; DRF's own renderers serve only for problems."""
        return JSONRenderer(), JSONRenderer.media_type


def note_look(request: Request, study: Study) -> None:
    """Leave an audit row: once in ten minutes for a person and a study; in between not even the patient is looked up."""
    key = f"dicomweb-look:{request.user.pk}:{study.pk}"
    if is_known(key):
        return
    audit_study_look(user=caller(request), study=study, door="dicomweb", address=request.META.get("REMOTE_ADDR", ""))
    remember(key, QUIET_SECONDS)


def etag_of(*parts: Any) -> str:
    return '"' + hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:32] + '"'


def not_modified(request: Request, etag: str) -> HttpResponse | None:
    """A 304 answer when the client holds this very representation."""
    if etag not in parse_etags(request.META.get("HTTP_IF_NONE_MATCH", "")):
        return None
    return tagged(HttpResponse(status=304), etag)


def tagged(response: Answer, etag: str) -> Answer:
    """Stored objects never change, but the right to see them does: keep it, and ask each time."""
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Accept, Authorization, Cookie"
    return response
