"""Narrowing the queue, and a decision about one case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from imaging.archive.models import CaseKind, Decision
from imaging.common.typed import whole_number


class CaseFilterForm(forms.Form):
    kind = forms.ChoiceField(choices=[("", _("Any question")), *CaseKind.choices], required=False, label=_("Question"))
    settled = forms.BooleanField(required=False, label=_("Decided ones"))
    source = forms.CharField(max_length=16, required=False, label=_("From"))
    q = forms.CharField(max_length=64, required=False, label=_("Number or name"))
    page = forms.IntegerField(min_value=1, max_value=200, required=False)

    def values(self) -> dict[str, str]:
        """What was chosen and is understood."""
        self.is_valid()
        return {name: value for name in ("kind", "settled", "source", "q") if (value := self.cleaned_data.get(name))}


class Keys(forms.Field):
    """Several keys under one name."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[int]:
        keys = [whole_number(str(one)) for one in value or []]
        if not keys or None in keys:
            raise forms.ValidationError(_("Choose the cases that are meant."))
        return [key for key in keys if key is not None]


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(choices=Decision.choices, label=_("Decision"))
    accession_number = forms.CharField(max_length=16, required=False, label=_("Accession no."))
    reason = forms.CharField(max_length=200, required=False, label=_("Reason"))
    alike = forms.BooleanField(required=False)


class BatchForm(forms.Form):
    """Which cases, by their keys, and what is decided about each of them."""

    case = Keys()
    decision = forms.ChoiceField(choices=Decision.choices, label=_("Decision"))
    reason = forms.CharField(max_length=200, required=False, label=_("Reason"))
