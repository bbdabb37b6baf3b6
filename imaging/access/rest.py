"""What REST operations of every slice share about their caller and their input."""

from typing import Any, cast

from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from imaging.access.models import User
from imaging.common.typed import whole_number

LONGEST_PAGE = 100


def caller(request: Request) -> User:
    """Who is calling; MayAct lets only people in."""
    return cast(User, request.user)


def checked(serializer: type[BaseSerializer], request: Request) -> dict[str, Any]:
    """The request's data as `serializer` understands it. Raises ValidationError."""
    form = serializer(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def limit_of(request: Request, default: int = 20) -> int:
    """How many rows the caller wants, within reason."""
    return min(whole_number(request.query_params.get("limit", "")) or default, LONGEST_PAGE)
