"""Rules, holds and deletions as people fill them in."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imaging.archive.life.models import RuleKind, StorageRule
from imaging.archive.places import places

FIELDS_OF = {
    RuleKind.MOVE: ("tier_to",),
    RuleKind.COMPRESS: (),
    RuleKind.DELETE: ("keep_years",),
}


class RuleForm(forms.ModelForm):
    """A rule; which conditions it needs depends on what it does."""

    class Meta:
        model = StorageRule
        fields = (
            "kind", "name", "is_active", "modalities", "patient_classes", "min_size_mb", "age_days", "unviewed_days", "tier_from",
            "tier_to", "fuller_than_percent", "keep_years", "child_keep_until_age", "begins_at", "ends_at",
        )  # fmt: skip

    sections: ClassVar = {
        gettext_lazy("Which studies"): ("modalities", "patient_classes", "min_size_mb"),
        gettext_lazy("When: to move or compress"): ("age_days", "unviewed_days", "begins_at", "ends_at"),
        gettext_lazy("Where: to move"): ("tier_from", "tier_to", "fuller_than_percent"),
        gettext_lazy("How long: to propose for deletion"): ("keep_years", "child_keep_until_age"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(name, name) for name in places()]
        self.fields["tier_from"] = forms.ChoiceField(
            label=self.fields["tier_from"].label, choices=[("", _("any tier")), *names], required=False
        )
        self.fields["tier_to"] = forms.ChoiceField(label=self.fields["tier_to"].label, choices=[("", "—"), *names], required=False)

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.sections.items()]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in FIELDS_OF.get(values.get("kind") or RuleKind.COMPRESS, ()):
            if not values.get(name):
                self.add_error(name, _("A rule of this kind needs this."))
        if (values.get("begins_at") is None) != (values.get("ends_at") is None):
            self.add_error("ends_at", _("Hours have a beginning and an end."))
        if values.get("begins_at") is not None and values.get("begins_at") == values.get("ends_at"):
            self.add_error("ends_at", _("These hours are none. Leave both empty to work at any time."))
        if values.get("tier_to") and values.get("tier_to") == values.get("tier_from"):
            self.add_error("tier_to", _("The images lie there already."))
        return values


class HoldForm(forms.Form):
    """A hold by the number of what it is on."""

    WHAT: ClassVar = [
        ("exam", gettext_lazy("Exam (accession no.)")),
        ("patient", gettext_lazy("Patient (number)")),
        ("study", gettext_lazy("Study (UID)")),
    ]
    what = forms.ChoiceField(choices=WHAT, label=gettext_lazy("On"))
    number = forms.CharField(max_length=64, label=gettext_lazy("Number"))
    reason = forms.CharField(max_length=200, label=gettext_lazy("Why it must be kept"))


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=200, required=False)

    def text(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("reason", ""))


class ApprovalForm(forms.Form):
    """How many studies the approver saw on the list."""

    seen = forms.IntegerField(min_value=1)
