"""Safety questions at the desk and the checks before the start: one list, as data."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imaging.orders.models import Exam
from imaging.patients.cards import SeenPatient


@dataclass(frozen=True)
class Question:
    """Asked at the desk; `alarm` is the answer that needs care. `modalities` empty: for every exam."""

    key: str
    text: str | Promise
    alarm: str
    modalities: frozenset[str] = frozenset()
    sexes: frozenset[str] = frozenset()


X_RAY = frozenset({"CT", "DX", "CR", "MG", "XA", "PT", "NM", "RF"})
QUESTIONS = (
    Question("pregnant", _("Pregnant, or possibly?"), "yes", X_RAY | {"MR"}, frozenset({"F", "O", ""})),
    Question("implant", _("Pacemaker, implant, clip?"), "yes"),
    Question("contrast_reaction", _("Earlier contrast reaction?"), "yes"),
    Question("lies_flat", _("Can lie flat for 10 min?"), "no"),
    Question("fasting", _("Fasting since midnight?"), "no"),
)
ANSWERS = (("yes", _("Yes")), ("no", _("No")), ("unknown", _("Not known")))
SHORT_ANSWERS = (*ANSWERS[:2], ("unknown", "?"))


@dataclass(frozen=True)
class Check:
    """One line before the start; `told` is what the desk heard, `alarm` whether that needs care."""

    key: str
    text: str
    told: str = ""
    alarm: bool = False


def answers_clean(given: Mapping[str, str]) -> dict[str, str]:
    """The answers that are answers to our questions."""
    known, allowed = {question.key for question in QUESTIONS}, {value for value, _label in ANSWERS}
    return {key: value for key, value in given.items() if key in known and value in allowed}


def checks_of(exam: Exam, seen: SeenPatient) -> list[Check]:
    """What to tick before the start of this exam."""
    told = exam.order.safety
    checks = [Check("identity", str(_("Name and date of birth asked")))]
    for question in QUESTIONS:
        answer = told.get(question.key, "")
        if question.key == "pregnant" and exam.modality not in question.modalities | {"MR"}:
            continue
        if question.sexes and seen.sex not in question.sexes:
            continue
        if answer:
            checks.append(Check(question.key, str(question.text), str(dict(ANSWERS).get(answer, answer)), answer == question.alarm))
    if exam.modality in {"MR", "CT", "DX", "CR"}:
        checks.append(Check("metal", str(_("Metal and necklace off"))))
    return checks
