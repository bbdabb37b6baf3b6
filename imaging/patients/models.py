"""Patients, the numbers they are known by, their visits, and merges."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imaging.common.fields import BytewiseCharField


class Sex(models.TextChoices):
    FEMALE = "F", pgettext_lazy("sex", "Female")
    MALE = "M", pgettext_lazy("sex", "Male")
    OTHER = "O", pgettext_lazy("sex", "Other")
    UNKNOWN = "", pgettext_lazy("sex", "Not known")


class NumberSeries(models.Model):
    """The last number given in a named series; locked while a number is taken, in the transaction that uses it: no gaps."""

    name = models.CharField(max_length=64, primary_key=True)
    last = models.PositiveBigIntegerField(default=0)


class Patient(models.Model):
    """A person. Names are kept as sent, one field for each DICOM name group."""

    number = models.CharField(_("patient no."), max_length=64, db_index=True, help_text=_("The number shown; all of them are identifiers."))
    name = models.CharField(_("name"), max_length=192, help_text=_("Alphabetic group, as in LIN^Mei-Hua."))
    name_ideographic = models.CharField(_("name in characters"), max_length=64, blank=True)
    name_phonetic = models.CharField(_("phonetic name"), max_length=64, blank=True)
    birth_date = models.DateField(_("birth date"), null=True, blank=True, db_index=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    weight_kg = models.DecimalField(_("weight"), max_digits=5, decimal_places=1, null=True, blank=True)
    allergies = models.CharField(_("allergies"), max_length=200, blank=True)
    allergies_asked_at = models.DateTimeField(null=True, blank=True)
    is_protected = models.BooleanField(_("protected (VIP)"), default=False)
    is_unidentified = models.BooleanField(_("identity not known yet"), default=False)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        permissions: ClassVar = [("see_protected", "See this protected patient")]
        # Every search of another system asks for these few.
        indexes: ClassVar = [models.Index(fields=["id"], condition=models.Q(is_protected=True), name="patient_protected")]

    def __str__(self) -> str:
        return self.number


class SearchWord(models.Model):
    """One word by which a patient is found: a prefix search on an index, however large the hospital."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="words")
    word = BytewiseCharField(max_length=96)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["word", "patient"], name="patient_word")]


class IdentifierKind(models.TextChoices):
    MEDICAL_RECORD = "MR", _("Patient number")
    NATIONAL = "NI", _("Identity card")
    INSURANCE = "SN", _("Insurance number")
    OTHER = "U", _("Other number")


class PatientIdentifier(models.Model):
    """A number and who issued it; together they name one person (PID-3, (0010,0020) with (0010,0021))."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="identifiers")
    value = models.CharField(max_length=64)
    issuer = models.CharField(max_length=64)
    kind = models.CharField(max_length=4, choices=IdentifierKind.choices, default=IdentifierKind.MEDICAL_RECORD)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["value", "issuer", "kind"], name="identifier_unique")]


class PatientClass(models.TextChoices):
    EMERGENCY = "E", _("Emergency")
    INPATIENT = "I", _("Inpatient")
    OUTPATIENT = "O", _("Outpatient")
    CHECKUP = "P", _("Check-up")


class Visit(models.Model):
    """A stay or an attendance (PV1). PV1-19 with its issuer is the key."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="visits")
    number = models.CharField(_("visit no."), max_length=64)
    issuer = models.CharField(max_length=64)
    patient_class = models.CharField(_("patient type"), max_length=1, choices=PatientClass.choices, default=PatientClass.OUTPATIENT)
    location = models.CharField(_("ward"), max_length=64, blank=True)
    attending = models.CharField(_("attending doctor"), max_length=128, blank=True)
    payer = models.CharField(_("payer"), max_length=64, blank=True)
    is_protected = models.BooleanField(default=False)
    admitted_at = models.DateTimeField(null=True, blank=True)
    discharged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["number", "issuer"], name="visit_unique")]


class PatientMerge(models.Model):
    """One patient closed in favour of another, with what moved, so that it can be taken apart again."""

    survivor = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges_won")
    retired = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges_lost")
    moved = models.JSONField(default=dict)
    reason = models.CharField(max_length=200)
    actor = models.CharField(max_length=128)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    merged_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)
