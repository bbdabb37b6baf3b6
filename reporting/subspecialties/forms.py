"""A subspecialty, as the page gives it."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from imaging.access.models import User
from reporting.subspecialties.models import Subspecialty
from reporting.subspecialties.selectors import readers


class _Readers(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.label)


class SubspecialtyForm(forms.ModelForm):
    class Meta:
        model = Subspecialty
        fields = ("name", "name_zh", "body_parts", "modalities", "procedures")
        widgets: ClassVar = {name: forms.Textarea(attrs={"rows": 3}) for name in ("body_parts", "procedures")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["readers"] = _Readers(
            queryset=readers(), required=False, label=_("Readers"),
            help_text=_("Their list “Mine” holds these exams; exams are handed over to them first."),
            widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        )  # fmt: skip
        if self.instance.pk:
            self.initial["readers"] = list(self.instance.readers.values_list("pk", flat=True))

    def chosen(self) -> list[User]:
        return list(self.cleaned_data["readers"])

    def validate_unique(self) -> None:
        """The service says it, in words that tell what to do."""

    def validate_constraints(self) -> None:
        """Likewise."""
