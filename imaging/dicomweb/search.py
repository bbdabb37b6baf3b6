"""QIDO-RS: searches for studies, series and instances."""

from collections.abc import Iterator
from typing import ClassVar

from django.http import HttpResponse
from rest_framework.request import Request

from imaging.access.audit import audit_list
from imaging.access.rest import caller
from imaging.archive.search.query_keys import Level
from imaging.dicomweb.answers import many, model_wanted
from imaging.dicomweb.base import DicomwebView
from imaging.dicomweb.metadata import FORMS
from imaging.dicomweb.qido import Search, answer, rows_for, search_from
from imaging.dicomweb.selectors import checked_uid, study_get

LONGEST_NOTE = 500


class SearchView(DicomwebView):
    """All of a level, or what lies below a study or a series. 204 when nothing matches."""

    level: ClassVar[Level] = Level.STUDY

    def get(self, request: Request, study: str = "", series: str = "") -> HttpResponse:
        model = model_wanted(request, *FORMS)
        below = study_get(user=request.user, study=study, for_search=True) if study else None
        search = search_from(request._request.GET, self.level, request.user)
        asked = request._request.GET.urlencode()[:LONGEST_NOTE]
        audit_list(user=caller(request), act="images.find", door="dicomweb", level=self.level.name, study=study, series=series, query=asked)
        rows = rows_for(user=request.user, search=search, study=below, series=checked_uid(series) if series else "")
        more = len(rows) > search.limit
        root = request.build_absolute_uri("/dicomweb")
        parents_named = bool(series) or (bool(study) and self.level is Level.SERIES)
        body = [answer(row, search, root, with_parents=not parents_named) for row in rows[: search.limit]]
        response = many(body, model)
        warnings = [f'299 {request.get_host()} "{text}"' for text in _warnings(search, is_below_study=bool(study), more=more)]
        if warnings:
            response["Warning"] = ", ".join(warnings)
        return response


def _warnings(search: Search, *, is_below_study: bool, more: bool) -> Iterator[str]:
    if more:
        yield f"There are more results: ask with offset={search.offset + search.limit}"
    elif (breadth := search.breadth(is_below_study=is_below_study)).is_cut():
        yield f"{breadth.note}: name a patient, accession number or dates"
    if search.ignored:
        yield f"Not searched for: {' '.join(search.ignored)[:LONGEST_NOTE]}"


class SeriesSearchView(SearchView):
    level = Level.SERIES


class InstanceSearchView(SearchView):
    level = Level.INSTANCE
