"""What is looked at before a report goes out: what is missing forbids it, what looks wrong is shown."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from imaging.archive.completeness import ImagesHere, images_of
from imaging.archive.completeness_words import images_say
from imaging.orders.models import Exam
from imaging.patients.models import Sex
from reporting.reports.errors import Problem
from reporting.templates_library.choices import Section, open_choices

FEMALE_ONLY = re.compile(r"\b(uterus|uterine|ovar(y|ies|ian)|endometri\w*)\b|子宫|卵巢|宫颈", re.IGNORECASE)
MALE_ONLY = re.compile(r"\b(prostat\w*|seminal|testis|testes|testicular)\b|前列腺|睾丸|精囊", re.IGNORECASE)
LEFT = re.compile(r"\bleft\b|左", re.IGNORECASE)
RIGHT = re.compile(r"\bright\b|右", re.IGNORECASE)


def report_problems(*, exam: Exam, sections: list[Section]) -> list[Problem]:
    """Everything that speaks against sending `sections` out as the report of `exam`, errors first."""
    return [
        *_missing(sections),
        *_open(sections),
        *_images(images_of(exam)),
        *_sex(exam, sections),
        *_side(exam, sections),
    ]


def _missing(sections: list[Section]) -> Iterator[Problem]:
    for part in sections:
        if part.get("required") and not part["text"].strip():
            yield Problem("error", "empty", _("“%(section)s” is empty.") % {"section": part["title"]}, part["key"])
    if not any(part["text"].strip() for part in sections):
        yield Problem("error", "no-text", _("The report holds no text."))


def _open(sections: list[Section]) -> Iterator[Problem]:
    for part in sections:
        for choice in open_choices(part["text"]):
            message = _("“%(section)s” still has an open choice: %(choice)s") % {"section": part["title"], "choice": choice}
            yield Problem("error", "open-choice", message, part["key"])


def _images(images: ImagesHere) -> Iterator[Problem]:
    if images.held == 0:
        yield Problem("warning", "no-images", _("No images have come in for this exam."))
    elif images.are_coming:
        yield Problem("warning", "images-coming", " ".join(images_say(images)))


def _sex(exam: Exam, sections: list[Section]) -> Iterator[Problem]:
    other = {Sex.MALE: FEMALE_ONLY, Sex.FEMALE: MALE_ONLY}.get(Sex(exam.patient.sex or ""))
    for part in sections if other else []:
        if found := other.search(part["text"]):  # type: ignore[union-attr]
            message = _("The patient is %(sex)s, the text says “%(word)s”.")
            yield Problem("warning", "sex", message % {"sex": exam.patient.get_sex_display().lower(), "word": found[0]}, part["key"])


def _side(exam: Exam, sections: list[Section]) -> Iterator[Problem]:
    """An exam of one side whose text names only the other."""
    name = f"{exam.procedure.name} {exam.procedure.name_zh}"
    text = " ".join(part["text"] for part in sections)
    for side, other, ordered in ((LEFT, RIGHT, _("left")), (RIGHT, LEFT, _("right"))):
        if side.search(name) and not other.search(name) and other.search(text) and not side.search(text):
            yield Problem("warning", "side", _("The %(side)s side was ordered; the text names only the other.") % {"side": ordered})
