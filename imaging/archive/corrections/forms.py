"""What a correction's form and its REST body have in common."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from imaging.archive.corrections.correcting import Wanted, Wish
from imaging.archive.corrections.reasons import REASONS
from imaging.common.dicom import is_uid

UIDS_LIMIT = 5000


class Uids(forms.Field):
    """Several values of one name, each a UID."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        uids = [str(one) for one in value or []]
        if len(uids) > UIDS_LIMIT or not all(map(is_uid, uids)):
            raise forms.ValidationError(_("A value here is no UID."))
        return uids


class CorrectionForm(forms.Form):
    wish = forms.ChoiceField(choices=Wish.choices, label=_("What is to be done"))
    series = Uids(required=False)
    images = Uids(required=False)
    target = forms.CharField(max_length=80, required=False, label=_("Where they belong"))
    find = forms.CharField(max_length=80, required=False)
    code = forms.ChoiceField(choices=[("", "—"), *((one.code, one.label) for one in REASONS.values())], required=False, label=_("Reason"))
    reason = forms.CharField(max_length=200, required=False, label=_("In words"))

    def wanted(self) -> Wanted:
        """What was asked for; an accession number that was typed and not chosen from the list counts too."""
        values = self.cleaned_data
        names = {name: values[name] for name in ("series", "images", "code", "reason")}
        return Wanted(wish=Wish(values["wish"]), target=values["target"] or values["find"], **names)
