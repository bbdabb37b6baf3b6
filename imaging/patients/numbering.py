"""Numbers without gaps: taken under a row lock in the transaction that uses them."""

from django.db import transaction

from imaging.patients.models import NumberSeries


def number_next(*, series: str) -> int:
    """The next number of `series`, starting with 1.

    Call inside the transaction that uses it: rolled back together, no number is lost or given twice. Raises RuntimeError outside one.
    """
    row = series_lock(series=series)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last


def series_lock(*, series: str) -> NumberSeries:
    """The row of `series`, locked until the transaction ends: who else asks for it waits. Raises RuntimeError outside a transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a series is locked inside a transaction, or a failure afterwards would leave a gap")
    NumberSeries.objects.bulk_create([NumberSeries(name=series)], ignore_conflicts=True)
    return NumberSeries.objects.select_for_update().get(name=series)
