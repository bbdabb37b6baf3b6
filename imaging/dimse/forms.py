"""A node, as its keeper sets it up."""

from django import forms

from imaging.dimse.models import RemoteNode

RIGHT_FIELDS = (
    "may_store", "may_find", "may_retrieve", "may_worklist", "may_mpps", "may_commit", "may_reject", "may_see_protected",
    "holds_priors", "is_destination", "is_active",
)  # fmt: skip


class NodeForm(forms.ModelForm):
    class Meta:
        model = RemoteNode
        fields = ("ae_title", "host", "port", "description", *RIGHT_FIELDS)

    def rights(self) -> list[forms.BoundField]:
        return [self[name] for name in RIGHT_FIELDS]
