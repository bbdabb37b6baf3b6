"""Accession and order numbers: one numbering for the whole hospital, without gaps."""

import datetime as dt

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.common.errors import InvalidInput
from imaging.orders.models import Exam, Order
from imaging.patients.numbering import number_next

SHORT_STRING = 16  # DICOM VR SH


def accession_new(*, modality: str, day: dt.date | None = None) -> str:
    """The next accession number by settings.ACCESSION_PATTERN; call in the transaction that uses it.

    Counting begins anew when what the pattern says of the day changes: each day, month or year. Numbers that came with orders are stepped
    over.
    Raises InvalidInput when the pattern gives more than 16 characters.
    """
    day = day or timezone.localdate()
    pattern = settings.ACCESSION_PATTERN
    series = f"accession-{pattern.format(modality='', day=day, number=0)}"[:64]
    while True:
        accession = pattern.format(modality=modality, day=day, number=number_next(series=series))
        if len(accession) > SHORT_STRING:
            raise InvalidInput(_("The pattern for accession numbers gives more than 16 characters: %(it)s.") % {"it": accession})
        if not Exam.objects.filter(accession_number=accession).exists():
            return accession


def filler_number_new() -> str:
    """The next order number (ORC-3)."""
    while True:
        number = f"L{number_next(series='order'):09d}"
        if not Order.objects.filter(filler_number=number).exists():
            return number
