"""Numbers without gaps: taken under a row lock in the transaction that uses them."""

from django.db import transaction

from imaging.patients.models import NumberSeries


def number_next(*, series: str) -> int:
    """The next number of `series`, starting with 1.

    Call inside the transaction that uses it: rolled back together, no number is lost or given twice. Raises RuntimeError outside one.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("number_next needs a transaction, or a failure afterwards would leave a gap")
    NumberSeries.objects.bulk_create([NumberSeries(name=series)], ignore_conflicts=True)
    row = NumberSeries.objects.select_for_update().get(name=series)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last
