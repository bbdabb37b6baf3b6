"""The PDF by REST."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from imaging.access.permissions import MayAct
from imaging.access.roles import Act
from reporting.documents.paper import pdf_answer


class ReportPdfAPI(APIView):
    act = Act.REPORT_VIEW
    permission_classes = (MayAct,)

    @extend_schema(
        parameters=[OpenApiParameter("version", int), OpenApiParameter("language", str, enum=["en", "zh-hans"])],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, accession: str) -> HttpResponse:
        """A version of the report as PDF: the newest one in its own language, unless asked otherwise."""
        return pdf_answer(user=request.user, query=request.query_params, accession=accession, door="api")
