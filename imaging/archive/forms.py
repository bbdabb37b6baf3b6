"""Narrowing the queue, and a decision about one case."""

from django import forms
from django.utils.translation import gettext_lazy as _

from imaging.archive.models import CaseKind, Decision


class CaseFilterForm(forms.Form):
    kind = forms.ChoiceField(choices=[("", _("Any question")), *CaseKind.choices], required=False, label=_("Question"))
    settled = forms.BooleanField(required=False, label=_("Decided ones"))
    page = forms.IntegerField(min_value=1, max_value=200, required=False)

    def values(self) -> dict[str, str]:
        """What was chosen and is understood."""
        self.is_valid()
        return {name: value for name in ("kind", "settled") if (value := self.cleaned_data.get(name))}


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(choices=Decision.choices, label=_("Decision"))
    accession_number = forms.CharField(max_length=16, required=False, label=_("Accession no."))
    reason = forms.CharField(max_length=200, required=False, label=_("Reason"))
    alike = forms.BooleanField(required=False)
