"""What the cashier fills in. Amounts are checked against the bill by the services, under its lock."""

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from reporting.billing.models import PaymentMethod
from reporting.billing.services import REASON_LENGTH

KEY_LENGTHS = {"min_length": 8, "max_length": 64}


def money_field(label: Any, **options: Any) -> forms.DecimalField:
    """An amount above zero, typed as text so that a wheel over the field changes nothing."""
    attributes = {"inputmode": "decimal", "autocomplete": "off", "class": "num"}
    return forms.DecimalField(
        label=label, max_digits=12, decimal_places=2, localize=False, widget=forms.TextInput(attrs=attributes), **options
    )


class PaymentForm(forms.Form):
    method = forms.ChoiceField(label=_("How"), choices=PaymentMethod.choices, widget=forms.RadioSelect)
    amount = money_field(_("Amount"))
    tendered_amount = money_field(_("Given"), required=False)
    idempotency_key = forms.CharField(widget=forms.HiddenInput, **KEY_LENGTHS)  # type: ignore[arg-type]


class RefundForm(forms.Form):
    amount = money_field(_("Amount"))
    reason = forms.CharField(label=_("Reason"), max_length=REASON_LENGTH)
    idempotency_key = forms.CharField(widget=forms.HiddenInput, **KEY_LENGTHS)  # type: ignore[arg-type]


class DayForm(forms.Form):
    """A day on which the hospital may have taken money; the calendar's ends are no days of it."""

    day = forms.DateField(
        label=_("Day"), required=False, validators=[MinValueValidator(dt.date(2000, 1, 1)), MaxValueValidator(dt.date(2199, 12, 31))]
    )
