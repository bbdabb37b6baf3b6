"""How the list of transfers may be narrowed, and where a study goes."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from imaging.archive.search.query_keys import ALL_KEYS, Kind, find_key
from imaging.dimse.models import RemoteNode
from imaging.orders.models import Priority
from imaging.routing.models import RoutingRule, TransferKind, TransferState, YesNo
from imaging.routing.rule_services import MOST_CONDITIONS, WEEKDAYS
from imaging.routing.selectors import destinations, nodes_of_transfers


class TransferFilterForm(forms.Form):
    state = forms.ChoiceField(choices=[("", _("Any state")), *TransferState.choices], required=False, label=_("State"))
    kind = forms.ChoiceField(choices=[("", _("Any kind")), *TransferKind.choices], required=False, label=_("Kind"))
    node = forms.CharField(max_length=16, required=False, label=_("Node"))
    before = forms.IntegerField(min_value=1, required=False)

    def values(self) -> dict[str, str]:
        """What was chosen and is understood; the rest narrows nothing."""
        self.is_valid()
        return {name: value for name in ("state", "kind", "node") if (value := self.cleaned_data.get(name))}

    def before_id(self) -> int | None:
        self.is_valid()
        found: int | None = self.cleaned_data.get("before")
        return found

    def nodes(self) -> list[str]:
        return nodes_of_transfers()


class SendForm(forms.Form):
    node: "forms.ModelChoiceField[RemoteNode]" = forms.ModelChoiceField(
        queryset=RemoteNode.objects.none(), label=_("Send to"), empty_label=None
    )
    urgent = forms.BooleanField(required=False, label=_("Before all others"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["node"].queryset = destinations()  # type: ignore[attr-defined]


ROWS, ALL_DAYS = 3, "1234567"
MOST_POSTED = 100
KEY_CHOICES = [("", "—"), *((key.keyword, key.keyword) for key in ALL_KEYS if key.kind is not Kind.COUNT)]
CHECKS = {"class": "form-check-input"}


class RuleForm(forms.ModelForm):
    """A rule, with some rows of attribute and value; whether it makes sense is for the service to say."""

    priorities = forms.MultipleChoiceField(
        label=_("Urgency"), choices=Priority.choices, required=False, widget=forms.CheckboxSelectMultiple(attrs=CHECKS)
    )
    days = forms.MultipleChoiceField(
        label=_("Days"),
        choices=list(WEEKDAYS.items()),
        required=False,
        help_text=_("None for every day."),
        widget=forms.CheckboxSelectMultiple(attrs=CHECKS),
    )

    class Meta:
        model = RoutingRule
        fields = (
            "name", "position", "is_active", "moment", "at_time", "source_ae_titles", "departments", "is_protected", "is_signed",
            "sends_whole_study", "nodes", "asks_commitment", "priority", "window_from", "window_to",
        )  # fmt: skip
        widgets: ClassVar = {
            name: forms.TimeInput(format="%H:%M", attrs={"type": "time"}) for name in ("at_time", "window_from", "window_to")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nodes"] = forms.ModelMultipleChoiceField(
            queryset=self._nodes(), required=False, label=_("Sends to"),
            widget=forms.CheckboxSelectMultiple(attrs=CHECKS),
        )  # fmt: skip
        for name in ("position", "priority"):
            self.fields[name].required = False
        for name in ("is_protected", "is_signed"):
            self.fields[name].choices = [("", _("no matter")), *YesNo.choices]  # type: ignore[attr-defined]
        self.initial.update(days=list(self.instance.days), priorities=self.instance.priorities.split())
        if self.instance.pk:
            self.initial["nodes"] = list(self.instance.nodes.values_list("pk", flat=True))
        self._add_rows(self.instance.conditions)

    def _nodes(self) -> QuerySet[RemoteNode]:
        """Those that receive studies, and those that the rule has already."""
        held = list(self.instance.nodes.values_list("pk", flat=True)) if self.instance.pk else []
        return RemoteNode.objects.filter(Q(is_destination=True) | Q(pk__in=held)).order_by("ae_title")

    def _rows_posted(self) -> int:
        return sum(name.startswith("key_") for name in list(self.data)[:MOST_POSTED])

    def _add_rows(self, held: list[list[str]]) -> None:
        for number in range(min(MOST_CONDITIONS, max(ROWS, len(held) + 1, self._rows_posted()))):
            name, value = held[number] if number < len(held) else ("", "")
            self.fields[f"key_{number}"] = forms.ChoiceField(
                label=_("Attribute"),
                choices=KEY_CHOICES,
                required=False,
                initial=getattr(find_key(name), "keyword", ""),
                widget=forms.Select(attrs={"class": "form-select"}),
            )
            self.fields[f"value_{number}"] = forms.CharField(
                label=_("Value"), max_length=200, required=False, initial=value, widget=forms.TextInput(attrs={"class": "form-control"})
            )

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[name], self[name.replace("key", "value")]) for name in self.fields if name.startswith("key_")]

    def clean_position(self) -> int:
        return int(self.cleaned_data["position"] or RoutingRule().position)

    def clean_priority(self) -> int:
        return int(self.cleaned_data["priority"] or RoutingRule().priority)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        pairs = [(values.get(name), values.get(name.replace("key", "value"))) for name in self.fields if name.startswith("key_")]
        self.instance.conditions = [[name, value] for name, value in pairs if name and value]
        days = "".join(sorted(values.get("days", [])))
        self.instance.days = "" if days == ALL_DAYS else days
        self.instance.priorities = " ".join(values.get("priorities", []))
        return values
