"""How the list of transfers may be narrowed, and where a study goes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from imaging.dimse.models import RemoteNode
from imaging.routing.models import TransferKind, TransferState
from imaging.routing.selectors import destinations


class TransferFilterForm(forms.Form):
    state = forms.ChoiceField(choices=[("", _("Any state")), *TransferState.choices], required=False, label=_("State"))
    kind = forms.ChoiceField(choices=[("", _("Any kind")), *TransferKind.choices], required=False, label=_("Kind"))
    before = forms.IntegerField(min_value=1, required=False)

    def values(self) -> dict[str, str]:
        """What was chosen and is understood; the rest narrows nothing."""
        self.is_valid()
        return {name: value for name in ("state", "kind") if (value := self.cleaned_data.get(name))}

    def before_id(self) -> int | None:
        self.is_valid()
        found: int | None = self.cleaned_data.get("before")
        return found


class SendForm(forms.Form):
    node: "forms.ModelChoiceField[RemoteNode]" = forms.ModelChoiceField(
        queryset=RemoteNode.objects.none(), label=_("Send to"), empty_label=None
    )
    urgent = forms.BooleanField(required=False, label=_("Before all others"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["node"].queryset = destinations()  # type: ignore[attr-defined]
