"""Data sets as an answer: DICOM JSON, or XML with a part for each (PS3.18 8.7.3.2)."""

import json
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from imaging.dicomweb.multipart import Part, whole_multipart
from imaging.dicomweb.native_xml import to_xml
from imaging.dicomweb.negotiation import DICOM_JSON, DICOM_XML, accepted, model_of, takes_utf8
from imaging.dicomweb.representations import not_acceptable

Json = dict[str, Any]


def model_wanted(request: Request, *offers: str) -> str:
    """DICOM JSON or XML. Raises NotAcceptable, with the `offers`."""
    model = model_of(accepted(request._request))
    if model is None or not takes_utf8(request._request):
        raise not_acceptable(offers)
    return model


def many(datasets: list[Json], model: str) -> HttpResponse:
    """A list of data sets; 204 for an empty one."""
    if not datasets:
        return HttpResponse(status=204)
    if model == DICOM_XML:
        return whole_multipart([Part(DICOM_XML, [to_xml(dataset)]) for dataset in datasets], DICOM_XML)
    return HttpResponse(json.dumps(datasets, ensure_ascii=False), content_type=DICOM_JSON)


def one(dataset: Json, model: str, status: int) -> HttpResponse:
    """A single data set, by itself."""
    if model == DICOM_XML:
        return HttpResponse(to_xml(dataset), content_type=DICOM_XML, status=status)
    return HttpResponse(json.dumps(dataset, ensure_ascii=False), content_type=DICOM_JSON, status=status)
