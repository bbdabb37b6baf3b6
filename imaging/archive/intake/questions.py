"""Questions that corrections and other systems put into the human queue while images come in."""

from django.db import transaction

from imaging.archive.corrections.reasons import REASONS
from imaging.archive.events import rejection_requested
from imaging.archive.intake.values import Json, text_of
from imaging.archive.models import CaseKind, Instance, IntegrityCase, Study
from imaging.common.live import announce

KEY_OBJECT_SELECTION = "1.2.840.10008.5.1.4.1.1.88.59"
# What Lightbox writes itself and takes in through its own front door.
OWN_DOOR = "lightbox"
EVIDENCE, TITLE, DESCRIPTION = "0040A375", "0040A043", "113012"
REFERENCES_LIMIT = 65535


def late_series_ask(*, study: Study, source_ae_title: str) -> None:
    """Images of a study that was corrected as a whole, but not surely of the same examination: a person says whether they follow."""
    if not IntegrityCase.objects.filter(study=study, kind=CaseKind.LATE_SERIES, resolved_at=None).exists():
        IntegrityCase.objects.create(kind=CaseKind.LATE_SERIES, study=study, source_ae_title=source_ae_title)
        announce("unmatched")


def rejection_ask(*, instance: Instance, attributes: Json, source_ae_title: str) -> None:
    """A key object document that rejects images (PS3.16 CID 7011): a question, which the sender's right may answer at once."""
    code = _code(attributes)
    if code not in REASONS:
        return
    case = IntegrityCase.objects.create(
        kind=CaseKind.REJECTION,
        study=instance.series.study,
        instance=instance,
        source_ae_title=source_ae_title,
        details={"code": code, "description": _description(attributes), "references": references_of(attributes)},
    )
    announce("unmatched")
    with transaction.atomic():
        rejection_requested.send(sender=IntegrityCase, case=case)


def _items(attributes: Json, tag: str) -> list[Json]:
    return [item for item in (attributes.get(tag) or {}).get("Value", []) if isinstance(item, dict)]


def _code(attributes: Json) -> str:
    titles = _items(attributes, TITLE)
    return text_of(titles[0], "00080100", 16) if titles and text_of(titles[0], "00080102") == "DCM" else ""


def _description(attributes: Json) -> str:
    said = [item for item in _items(attributes, "0040A730") if DESCRIPTION in [text_of(name, "00080100") for name in _items(item, TITLE)]]
    return text_of(said[0], "0040A160", 200) if said else ""


def references_of(attributes: Json) -> list[str]:
    """The SOP Instance UIDs that the document is about, from its evidence (PS3.3 C.17.2.3)."""
    found = [
        text_of(reference, "00081155", 64)
        for study in _items(attributes, EVIDENCE)
        for series in _items(study, "00081115")
        for reference in _items(series, "00081199")
    ]
    return list(dict.fromkeys(filter(None, found)))[:REFERENCES_LIMIT]
