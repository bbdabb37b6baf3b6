"""A node, as its keeper sets it up."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from imaging.dimse.models import RemoteNode

RIGHT_FIELDS = (
    "may_store", "may_find", "may_retrieve", "may_worklist", "may_mpps", "may_commit", "may_reject", "may_see_protected",
    "holds_priors", "is_destination", "is_asked_for_commitment", "is_told_of_images", "uses_tls", "is_active",
)  # fmt: skip


LIMIT_FIELDS = ("max_associations", "max_transfers", "max_mbit", "max_mbit_from", "max_mbit_to")


class NodeForm(forms.ModelForm):
    class Meta:
        model = RemoteNode
        fields = ("ae_title", "host", "port", "description", *LIMIT_FIELDS, *RIGHT_FIELDS)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["max_associations"].required = self.fields["max_transfers"].required = False
        for name in ("max_mbit_from", "max_mbit_to"):
            self.fields[name].widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})

    def _or_default(self, name: str) -> int:
        """Left empty, it is what a new node gets."""
        return int(self.cleaned_data[name] or getattr(RemoteNode(), name))

    def clean_max_associations(self) -> int:
        return self._or_default("max_associations")

    def clean_max_transfers(self) -> int:
        return self._or_default("max_transfers")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if (values.get("max_mbit_from") is None) != (values.get("max_mbit_to") is None):
            self.add_error("max_mbit_to", _("Give both times, or none."))
        return values

    def rights(self) -> list[forms.BoundField]:
        return [self[name] for name in RIGHT_FIELDS]
