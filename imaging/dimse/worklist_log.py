"""What scanners asked of their worklist and were shown: a row for each question with another answer, kept for some days."""

import datetime as dt
import hashlib
import json
import logging

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from imaging.archive.intake.values import Json
from imaging.common.memory import is_new
from imaging.common.rows import columns_of, insert_from
from imaging.dimse.models import WorklistQuery

logger = logging.getLogger(__name__)
SAME_SECONDS = 60
KEPT_STEPS = 500
SAME_OR_NEW = """
WITH soon AS (SELECT set_config('synchronous_commit', 'off', true)),
same AS (UPDATE imaging_worklistquery SET last_asked_at = %s WHERE ae_title = %s AND digest = %s RETURNING id)"""


def worklist_query_keep(*, ae_title: str, address: str, query: Json, shown: list[str], status: int) -> None:
    """Keep what was asked and shown. The same question with the same answer within a minute is not written again.

    A log that cannot be written never keeps a scanner from its worklist.
    """
    told = json.dumps([ae_title, address, query, shown, status], sort_keys=True, ensure_ascii=False, default=str)
    digest = hashlib.sha256(told.encode()).hexdigest()
    if not is_new(f"worklist-query:{digest}", SAME_SECONDS):
        return
    try:
        _write(ae_title, address, query, shown, status, digest)
    except DatabaseError:
        logger.exception("What %s asked of its worklist is not kept", ae_title)


def _write(ae_title: str, address: str, query: Json, shown: list[str], status: int, digest: str) -> None:
    now = timezone.now()
    row = WorklistQuery(
        ae_title=ae_title, address=address, query=query, digest=digest, shown=shown[:KEPT_STEPS], found=len(shown), status=status,
        first_asked_at=now, last_asked_at=now,
    )  # fmt: skip
    if connection.vendor == "postgresql":
        _keep_soon(row)
    elif not WorklistQuery.objects.filter(ae_title=ae_title, digest=digest).update(last_asked_at=now):
        row.save(force_insert=True)


def _keep_soon(row: WorklistQuery) -> None:
    """The same in one statement that does not wait for the disk: a log may lose its last half second when the power fails."""
    columns = columns_of(row)
    with connection.cursor() as cursor:
        text = f"{SAME_OR_NEW} {insert_from(row, columns, 'soon')} WHERE NOT EXISTS (SELECT FROM same)"
        cursor.execute(text, [row.last_asked_at, row.ae_title, row.digest, *columns.values()])


def worklist_log_clean() -> int:
    """Forget what was last asked too long ago; returns how many rows went."""
    before = timezone.now() - dt.timedelta(days=settings.WORKLIST_LOG_DAYS)
    gone, _each = WorklistQuery.objects.filter(last_asked_at__lt=before).delete()
    return gone
