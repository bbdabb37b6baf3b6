"""The department's staff at their pages' other door, the REST API: desk, readers and cashier."""

import re

from demo.rest import PASSWORD, Account
from demo.stories import Wording

FIRST_CHOICE = re.compile(r"\[([^\]|]*)\|[^\]]*\]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Staff:
    def __init__(self) -> None:
        self.frontdesk = Account("frontdesk")
        self.resident = Account("resident")
        self.radiologist = Account("radiologist")
        self.cashier = Account("cashier")

    def check_in(self, accession: str) -> None:
        """Raises RestFailure, as all of these do."""
        self.frontdesk.post(f"/api/exams/{accession}/check-in/")

    def write(self, accession: str, wording: Wording) -> None:
        """The resident's preliminary report."""
        language = "zh-hans" if CHINESE.search(wording.findings) else "en"
        report = self.resident.post(f"/api/reports/{accession}/open/", language=language)
        draft = report["draft"]
        kept = self.resident.put(
            f"/api/reports/{accession}/draft/", revision=draft["revision"], sections=filled(draft["sections"], wording)
        )
        self.resident.post(f"/api/reports/{accession}/submit/", revision=kept["draft"]["revision"])

    def sign(self, accession: str) -> None:
        """The radiologist signs what the resident wrote."""
        self.radiologist.post(f"/api/reports/{accession}/sign/", password=PASSWORD)

    def take_payment(self, accession: str, method: str) -> None:
        """The patient pays what the exam's bill still asks."""
        for bill in self.cashier.get(f"/api/bills/?q={accession}")["results"]:
            if float(bill["due_amount"]) > 0:
                number = bill["number"]
                self.cashier.post(
                    "/api/payments/", bill=number, amount=bill["due_amount"], method=method, idempotency_key=f"demo-day-{number}"
                )


def filled(sections: list[dict[str, str]], wording: Wording) -> dict[str, str]:
    """The template's sections with the findings, the impression, and the first of every choice that is left."""
    said = {"technique": wording.technique, "findings": wording.findings, "impression": wording.impression}
    return {one["key"]: said.get(one["key"]) or FIRST_CHOICE.sub(r"\1", one["text"]) for one in sections}
