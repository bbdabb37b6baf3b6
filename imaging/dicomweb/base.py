"""What every DICOMweb operation shares: who may call, problem answers, entity tags, and the audit trail."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework.authentication import SessionAuthentication
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from imaging.access.permissions import MayAct
from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.archive.looks import audit_study_look, is_fetched_ahead
from imaging.archive.models import Study
from imaging.common.memory import is_known, remember
from imaging.dicomweb.authentication import BasicAuthentication, RememberingBearer

# Less than the audit trail itself leaves between two rows for the same look.
QUIET_SECONDS = 60
CROSS_ORIGIN = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-None-Match, If-Range, Range",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Range, ETag, Warning",
    "Access-Control-Max-Age": "600",
}


class DicomwebView(APIView):
    """Session, bearer token or HTTP Basic; deny by default; errors are problem JSON."""

    authentication_classes = (RememberingBearer, BasicAuthentication, SessionAuthentication)
    permission_classes = (MayAct,)
    act = Act.IMAGES_VIEW
    schema = None

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[JSONRenderer, str]:
        """Accept is read by each operation; DRF's own renderers serve only for problems."""
        return JSONRenderer(), JSONRenderer.media_type

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A page of another origin may ask where the settings name it, with a token of its own; our cookie never counts there."""
        origin = request.headers.get("Origin", "")
        if origin not in settings.DICOMWEB_ORIGINS:
            return super().dispatch(request, *args, **kwargs)
        asks_first = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = HttpResponse(status=204) if asks_first else super().dispatch(request, *args, **kwargs)
        for name, value in {**CROSS_ORIGIN, "Access-Control-Allow-Origin": origin}.items():
            response[name] = value
        patch_vary_headers(response, ["Origin"])
        return response

    def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        return HttpResponse(status=204, headers={"Allow": ", ".join(self.allowed_methods)})


def note_look(request: Request, study: Study) -> None:
    """Leave an audit row: once in ten minutes for a person and a study; in between not even the patient is looked up."""
    ahead = is_fetched_ahead(request, study)
    key = f"dicomweb-look:{request.user.pk}:{study.pk}{':ahead' if ahead else ''}"
    if is_known(key):
        return
    audit_study_look(user=caller(request), study=study, door="dicomweb", address=request.META.get("REMOTE_ADDR", ""), as_ahead=ahead)
    remember(key, QUIET_SECONDS)
