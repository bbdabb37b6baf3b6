"""A deadline rule, as the page gives it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from imaging.orders.models import Priority
from imaging.patients.models import PatientClass
from reporting.deadlines.models import DeadlineRule


class DeadlineForm(forms.ModelForm):
    class Meta:
        model = DeadlineRule
        fields = ("patient_class", "priority", "modalities", "minutes", "in_working_time")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["patient_class"].choices = [("", _("Every patient")), *PatientClass.choices]  # type: ignore[attr-defined]
        self.fields["priority"].choices = [("", _("Every priority")), *Priority.choices]  # type: ignore[attr-defined]

    def validate_unique(self) -> None:
        """The service says it, in words that tell what to do."""

    def validate_constraints(self) -> None:
        """Likewise."""
