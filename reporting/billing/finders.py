"""What Ctrl K finds of bills: by bill, receipt, accession or patient number, whole, as scanned from paper."""

from typing import Any

from django.urls import reverse

from imaging.access.roles import Act
from imaging.access.search import Hit, finder_register
from imaging.common.formats import money
from imaging.patients.cards import Eyes
from reporting.billing.selectors import bills_found


def bills_hit(user: Any, text: str, limit: int) -> list[Hit]:
    """Bills for a number; names find the patient, whose bills are a step away."""
    if not any(character.isdigit() for character in text):
        return []
    eyes = Eyes(user)
    rows = bills_found(user=user, text=text).select_related("order__patient")[:limit]
    return [
        Hit(
            label=eyes.see(bill.order.patient).label,
            url=reverse("bill", args=[bill.number]),
            icon="receipt",
            code=bill.number,
            hint=money(bill.due_amount),
            exact=bill.number == text.upper(),
        )
        for bill in rows
    ]


finder_register(Act.BILL_VIEW, bills_hit)
