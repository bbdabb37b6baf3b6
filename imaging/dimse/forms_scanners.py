"""What a scanner is sent, as its keeper sets it up, and the exam for which that is looked at."""

from django import forms
from django.utils.translation import gettext_lazy as _

from imaging.scheduling.models import Station
from imaging.scheduling.profiles import PROFILE_FIELDS

CHARACTER_SETS = (
    ("ISO_IR 192", _("Unicode (UTF-8)")),
    ("GB18030", _("Chinese, GB18030")),
    ("\\ISO 2022 IR 58", _("Chinese, GB2312 (ISO 2022 IR 58)")),
    ("GBK", _("Chinese, GBK")),
    ("ISO_IR 100", _("Western European (Latin 1)")),
    ("ISO_IR 6", _("English only (ASCII)")),
    ("\\ISO 2022 IR 87", _("Japanese (ISO 2022 IR 87)")),
    ("\\ISO 2022 IR 149", _("Korean (ISO 2022 IR 149)")),
)
GROUPS = ("sends_alphabetic", "sends_ideographic", "sends_phonetic")


class ProfileForm(forms.ModelForm):
    character_set = forms.ChoiceField(label=_("Character set"), choices=())
    name_length = forms.IntegerField(label=_("Longest name"), help_text=_("Characters in each group of a name."), min_value=4, max_value=64)

    class Meta:
        model = Station
        fields = PROFILE_FIELDS

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        held, known = self.instance.character_set, dict(CHARACTER_SETS)
        self.fields["character_set"].choices = [*CHARACTER_SETS, *([] if held in known else [(held, held)])]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or {}
        if not any(cleaned.get(group) for group in GROUPS):
            raise forms.ValidationError(_("At least one group of the name must be sent."))
        return cleaned

    def groups(self) -> list[forms.BoundField]:
        return [self[name] for name in GROUPS]


class ExamForm(forms.Form):
    accession = forms.CharField(label=_("Accession no."), max_length=16, strip=True)
