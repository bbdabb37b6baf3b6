"""Correcting what is known of a patient, on the page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from imaging.common.formats import person_latin
from imaging.patients.models import Patient, Sex

FIELDS = ("name", "name_ideographic", "birth_date", "sex", "phone", "address", "weight_kg", "allergies")


class PatientForm(forms.Form):
    """The services check and clean; here is only what a browser needs."""

    name = forms.CharField(label=_("Surname, given name"), max_length=192)
    name_ideographic = forms.CharField(label=_("Name in characters"), max_length=64, required=False)
    birth_date = forms.CharField(label=_("Birth date"), max_length=20, required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=32, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    weight_kg = forms.DecimalField(label=_("Weight in kg"), max_digits=5, decimal_places=1, required=False)
    allergies = forms.CharField(label=_("Allergies"), max_length=200, required=False)

    @classmethod
    def of(cls, patient: Patient) -> "PatientForm":
        """Filled with what is known."""
        values: dict[str, Any] = {name: getattr(patient, name) for name in FIELDS}
        return cls(initial=values | {"name": person_latin(patient) if patient.name.count("^") == 1 else patient.name})
