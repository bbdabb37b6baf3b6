"""The style guide: every shared part once, for people who build pages and for the tests that walk them."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from imaging.access.mixins import ActRequiredMixin
from imaging.access.roles import Act
from imaging.common.cards import PatientCard, Safety
from imaging.common.errors import Retriable
from imaging.common.templatetags.lightbox import STATE_WORDS


@dataclass(frozen=True)
class Example:
    """An invented patient; nothing of the style guide comes from the database."""

    name: str = "LIN^Mei-Hua"
    name_ideographic: str = "林美华"
    sex: str = "F"
    birth_date: dt.date = dt.date(1968, 4, 12)
    number: str = "00482913"
    allergies: str = "Iodinated contrast – hives 2019"
    allergies_asked_at: None = None
    weight_kg: Decimal = Decimal("62")
    is_protected: bool = False
    is_unidentified: bool = False


class ExampleForm(forms.Form):
    surname = forms.CharField(label=_("Name"), initial="LIN, Mei-Hua")
    born = forms.CharField(label=_("Birth date"), initial="1968-04-12", help_text=_("As 1968-04-12, 12041968 or t+3."))
    kind = forms.ChoiceField(label=_("Patient type"), choices=[("O", _("Outpatient")), ("I", _("Inpatient"))])
    reason = forms.CharField(label=_("Reason for exam"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    consent = forms.BooleanField(label=_("Consent is signed"), required=False)
    wrong = forms.CharField(label=_("Visit no."))


SERIES = [{"name": "CT", "type": "bar", "data": [12, 20, 24, 31, 27, 19]}, {"name": "MR", "type": "bar", "data": [6, 9, 11, 8, 10, 7]}]
HOURS = ["07", "08", "09", "10", "11", "12"]
TOKENS = ("text", "text2", "text3", "accent", "danger", "warn", "ok", "violet", "teal", "slate", "control", "line")

TIMES = ["09:40", "10:00", "10:20", "10:40", "11:00", "11:20"]
ROOMS = [{"name": "US 2", "note": "3"}, {"name": "CT 1", "note": "2"}, {"name": "CT 2", "note": "1"}]


def _slot(room: int, at: int, rows: int, kind: str, label: str) -> dict[str, Any]:
    return {"room": room, "at": at, "rows": rows, "kind": kind, "label": label, "free": kind == "slot-free"}


BOARD = [
    _slot(1, 0, 2, "", "ZHAO J."),
    _slot(1, 2, 1, "slot-free", "US 2 10:20"),
    _slot(1, 3, 2, "slot-mine", "★ 10:40 LIN M-H"),
    _slot(1, 5, 1, "slot-free", "US 2 11:20"),
    _slot(2, 0, 1, "slot-free", "CT 1 09:40"),
    _slot(2, 1, 1, "slot-stat", "STAT"),
    _slot(2, 2, 1, "slot-held", "Desk 3"),
    _slot(2, 3, 2, "", "TANG W."),
    _slot(2, 5, 1, "slot-free", "CT 1 11:20"),
    _slot(3, 0, 4, "slot-closed", "Tube service"),
    _slot(3, 4, 2, "slot-free", "CT 2 11:00"),
]


class StyleGuideView(ActRequiredMixin, TemplateView):
    act = Act.STYLE_VIEW
    template_name = "imaging/access/styleguide.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wrong = ExampleForm({"surname": "LIN, Mei-Hua", "born": "1968-04-12", "kind": "O"})
        card = PatientCard(
            Example(),
            exam=str(_("CT chest plain")),
            accession_number="CT26112300372",
            state="arrived",
            safety=[Safety("eGFR 71"), Safety(str(_("No implant")))],
        )
        chart = {"xAxis": {"type": "category", "data": HOURS}, "yAxis": {"type": "value"}, "series": SERIES}
        rows = list(zip(HOURS, SERIES[0]["data"], SERIES[1]["data"], strict=True))
        kwargs |= {"times": TIMES, "rooms": ROOMS, "board": BOARD, "held_until": timezone.now() + dt.timedelta(minutes=5)}
        return super().get_context_data(
            states=STATE_WORDS,
            card=card,
            form=wrong,
            tokens=TOKENS,
            chart=chart,
            chart_rows=rows,
            patient=Example(),
            failure=_failure(),
            **kwargs,
        )


def _failure() -> Retriable:
    return Retriable(_("CT 2 did not take the list."), code="E-2041")
