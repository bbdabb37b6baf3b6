"""What the desk types for one registration."""

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imaging.common.errors import InvalidInput
from imaging.orders.models import Priority
from imaging.patients.cleaning import birth_date_clean
from imaging.patients.models import PatientClass, Sex
from imaging.scheduling.checks import QUESTIONS, SHORT_ANSWERS

CODE_AT_END = re.compile(r"\(([^()]{1,32})\)\s*$")
SEXES = [
    (Sex.FEMALE.value, pgettext_lazy("sex, short", "F")),
    (Sex.MALE.value, pgettext_lazy("sex, short", "M")),
    (Sex.OTHER.value, _("Other")),
]


class DeskForm(forms.Form):
    """Patient, order and safety answers; the exams with their slots are read by `desk.lines_of`."""

    name = forms.CharField(label=_("Surname, given name"), max_length=192, required=False)
    name_ideographic = forms.CharField(label=_("Name in characters"), max_length=64, required=False)
    birth_date = forms.CharField(label=_("Date of birth"), max_length=20, required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=SEXES, required=False, widget=forms.RadioSelect)
    phone = forms.CharField(label=_("Mobile"), max_length=32, required=False)
    allergies = forms.CharField(label=_("Allergies"), max_length=200, required=False)
    patient_class = forms.ChoiceField(label=_("Patient type"), choices=PatientClass.choices, initial=PatientClass.OUTPATIENT)
    visit_number = forms.CharField(label=_("Visit no."), max_length=64, required=False)
    payer = forms.CharField(label=_("Payer"), max_length=64, required=False)
    referrer = forms.CharField(label=_("Referred by"), max_length=160, required=False)
    reason = forms.CharField(label=_("Reason for exam"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 1}))
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority.choices, initial=Priority.ROUTINE, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in QUESTIONS:
            self.fields[f"safety_{question.key}"] = forms.ChoiceField(
                label=str(question.text), choices=SHORT_ANSWERS, required=False, widget=forms.RadioSelect
            )

    def clean_birth_date(self) -> Any:
        try:
            return birth_date_clean(self.cleaned_data["birth_date"], today=timezone.localdate())
        except InvalidInput as error:
            raise forms.ValidationError(str(error)) from error

    def patient_said(self) -> dict[str, Any]:
        """What is said of the person."""
        return {name: self.cleaned_data[name] for name in ("name", "name_ideographic", "birth_date", "sex", "phone", "allergies")}

    def order_said(self) -> dict[str, Any]:
        """What is said of the order. A referrer chosen from the list ends in the staff number in brackets."""
        data = self.cleaned_data
        code = CODE_AT_END.search(data["referrer"])
        safety = {question.key: data[f"safety_{question.key}"] for question in QUESTIONS if data.get(f"safety_{question.key}")}
        return {
            "patient_class": data["patient_class"], "priority": data["priority"], "reason": data["reason"], "safety": safety,
            "referrer_name": CODE_AT_END.sub("", data["referrer"]).strip(), "referrer_code": code.group(1) if code else "",
        }  # fmt: skip
