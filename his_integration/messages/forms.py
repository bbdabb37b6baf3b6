"""How the list of messages may be narrowed; what is not understood narrows nothing."""

from django import forms
from django.utils.translation import gettext_lazy as _

from his_integration.messages.models import Direction, MessageState
from his_integration.messages.selectors import message_types


class MessageFilterForm(forms.Form):
    direction = forms.ChoiceField(choices=[("", _("In and out")), *Direction.choices], required=False, label=_("Direction"))
    state = forms.ChoiceField(choices=[("", _("Any state")), *MessageState.choices], required=False, label=_("State"))
    message_type = forms.ChoiceField(
        choices=[("", _("Any type")), *((kind, kind) for kind in message_types())], required=False, label=_("Type")
    )
    text = forms.CharField(max_length=64, required=False, label=_("Control id, patient or accession no."))
    before = forms.IntegerField(min_value=1, required=False)

    def values(self) -> dict[str, str]:
        """What was chosen and is understood."""
        self.is_valid()
        return {name: value for name in ("direction", "state", "message_type", "text") if (value := self.cleaned_data.get(name))}

    def before_id(self) -> int | None:
        self.is_valid()
        found: int | None = self.cleaned_data.get("before")
        return found
