"""What every page's shell needs to know."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"demo": settings.DEMO, "hospital_name": settings.HOSPITAL_NAME, "hospital_name_zh": settings.HOSPITAL_NAME_ZH}
