"""A node, as its keeper sets it up."""

from typing import Any

from django import forms

from imaging.dimse.models import RemoteNode

RIGHT_FIELDS = (
    "may_store", "may_find", "may_retrieve", "may_worklist", "may_mpps", "may_commit", "may_reject", "may_see_protected",
    "holds_priors", "is_destination", "is_asked_for_commitment", "is_told_of_images", "uses_tls", "is_active",
)  # fmt: skip


class NodeForm(forms.ModelForm):
    class Meta:
        model = RemoteNode
        fields = ("ae_title", "host", "port", "description", "max_associations", *RIGHT_FIELDS)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["max_associations"].required = False

    def clean_max_associations(self) -> int:
        """Left empty, it is what a new node gets."""
        return int(self.cleaned_data["max_associations"] or RemoteNode._meta.get_field("max_associations").get_default())

    def rights(self) -> list[forms.BoundField]:
        return [self[name] for name in RIGHT_FIELDS]
