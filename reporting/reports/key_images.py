"""Key images of an exam's study, as the report takes them."""

from typing import Any

from reporting.reports.models import Report


def key_image_snapshots(report: Report) -> list[dict[str, Any]]:
    """What the next version keeps of each key image that goes into it."""
    return []
