"""What every REST operation shares: paging by key and problem answers (RFC 9457)."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from drf_spectacular.utils import inline_serializer
from rest_framework import exceptions, serializers
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler

from imaging.common.errors import told

CODES = {"permission-denied": "forbidden"}
logger = logging.getLogger(__name__)


class KeysetPagination(CursorPagination):
    """Pages by key, so that a page far down costs as little as the first."""

    page_size = 50
    max_page_size = 500
    page_size_query_param = "limit"
    ordering = "-id"


def listed(row: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """What a list of `row` in one piece looks like, for the schema."""
    return inline_serializer(f"{row.__name__.removesuffix('Output').removesuffix('Serializer')}List", {"results": row(many=True)})


def problem(status: int, code: str, detail: str, **extra: Any) -> Response:
    """An application/problem+json answer: `status`, a stable `code`, and what to do in `detail`."""
    body = {"status": status, "code": code, "detail": detail, **extra}
    return Response(body, status=status, content_type="application/problem+json")


def _as_problem(answer: Response | None, error: Exception) -> Response | None:
    """DRF's own answer (401, 403, 404, 405, 415, ...) in the form of all others, its headers kept."""
    if answer is not None and isinstance(answer.data, dict) and "detail" in answer.data:
        code = str(getattr(answer.data["detail"], "code", "error")).replace("_", "-")
        detail = str(answer.data["detail"])
        answer.data = {"status": answer.status_code, "code": CODES.get(code, code), "detail": detail}
        answer.content_type = "application/problem+json"
    return answer


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception hook: errors become problem answers; a fault of ours is logged and answered without its traceback."""
    if (known := told(error)) is not None:
        return problem(known.status, known.code, str(known), **({"field": known.field} if known.field else {}))
    if isinstance(error, Http404 | PermissionDenied | exceptions.APIException):
        answer = exception_handler(error, context)
        if answer is not None and isinstance(error, exceptions.ValidationError):
            return problem(400, "invalid-input", "Some fields need another value.", errors=answer.data)
        return _as_problem(answer, error)
    if isinstance(error, ValidationError):
        return problem(400, "invalid-input", "; ".join(error.messages))
    logger.exception("Unexpected fault in %s", context.get("view"))
    return problem(500, "fault", "Lightbox could not do this; the fault has been logged.")
