"""QIDO-RS: searches for studies, series and instances."""

import json
from typing import ClassVar

from django.http import HttpResponse
from rest_framework.request import Request

from imaging.access.audit import audit_list
from imaging.access.rest import caller
from imaging.archive.query_keys import Level
from imaging.dicomweb.base import DicomwebView
from imaging.dicomweb.negotiation import DICOM_JSON, accepted, wants_json
from imaging.dicomweb.qido import answer, rows_for, search_from
from imaging.dicomweb.representations import not_acceptable
from imaging.dicomweb.selectors import checked_uid, study_get

LONGEST_NOTE = 500


class SearchView(DicomwebView):
    """All of a level, or what lies below a study or a series. 204 when nothing matches."""

    level: ClassVar[Level] = Level.STUDY

    def get(self, request: Request, study: str = "", series: str = "") -> HttpResponse:
        if not wants_json(accepted(request._request)):
            raise not_acceptable()
        if study:
            study_get(user=request.user, study=study)
        search = search_from(request._request.GET, self.level)
        asked = request._request.GET.urlencode()[:LONGEST_NOTE]
        audit_list(user=caller(request), act="images.find", door="dicomweb", level=self.level.name, study=study, series=series, query=asked)
        rows = list(rows_for(user=request.user, search=search, study=study, series=checked_uid(series) if series else ""))
        more = len(rows) > search.limit
        root = request.build_absolute_uri("/dicomweb")
        parents_named = bool(series) or (bool(study) and self.level is Level.SERIES)
        body = [answer(row, search, root, with_parents=not parents_named) for row in rows[: search.limit]]
        response = HttpResponse(json.dumps(body, ensure_ascii=False) if body else b"", content_type=DICOM_JSON, status=200 if body else 204)
        if more:
            response["Warning"] = f'299 {request.get_host()} "There are more results: ask with offset={search.offset + search.limit}"'
        return response


class SeriesSearchView(SearchView):
    level = Level.SERIES


class InstanceSearchView(SearchView):
    level = Level.INSTANCE
