"""A booked step as a worklist item (PS3.4 table K.6-1), with everything that we know, as the DICOM JSON model."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from imaging.access.models import User
from imaging.archive.intake.values import Json
from imaging.dimse.identifiers import text_element
from imaging.orders.models import Priority
from imaging.scheduling.worklist_parts import WorklistStep

STEPS = "00400100"
PRIORITIES = {Priority.STAT: "STAT", Priority.URGENT: "HIGH", Priority.ROUTINE: "ROUTINE"}
CODING_SCHEME = "99LIGHTBOX"
# What the desk heard, as PS3.3 C.2.3.1 (Pregnancy Status) says it: whoever says yes was asked "pregnant, or possibly?".
PREGNANCY = {"no": 1, "yes": 2, "unknown": 4}
ALERTS = {"implant": "Pacemaker, implant or clip", "contrast_reaction": "Earlier contrast reaction"}
# Every key that a worklist item has (`item_of`), and that its scheduled step has.
KNOWN_KEYS = frozenset({
    "00080005", "00080050", "00080080", "00080090", "00081110", "00100010", "00100020", "00100021", "00100030", "00100040",
    "00101030", "00102000", "00102110", "001021C0", "0020000D", "00321032", "00321033", "00321060", "00321064", "00380010",
    "00380300", "00401001", "00401002", "00401003", "00402016", "00402017", "00403001", "00400100",
})  # fmt: skip
STEP_KEYS = frozenset({
    "00080060", "00400001", "00400002", "00400003", "00400004", "00400005", "00400006", "00400007", "00400008", "00400009",
    "00400010", "00400011", "00400012", "00400020", "00400400", "00321070",
})  # fmt: skip


def item_of(step: WorklistStep, asking_station: str = "") -> Json:
    """A whole worklist item (PS3.4 table K.6-1). `asking_station` stands where a step is for any station of its room."""
    return {**_patient(step), **_visit(step), **_request(step), STEPS: _sequence(_step(step, asking_station))}


def _sequence(*items: Json) -> Json:
    return {"vr": "SQ", "Value": list(items)} if items else {"vr": "SQ"}


def _code(value: str, meaning: str, scheme: str = CODING_SCHEME) -> Json:
    return _sequence(
        {"00080100": text_element("SH", value), "00080102": text_element("SH", scheme), "00080104": text_element("LO", meaning)}
    )


def _step(step: WorklistStep, asking_station: str) -> Json:
    starts, ends = timezone.localtime(step.starts_at), timezone.localtime(step.ends_at)
    return {
        "00080060": text_element("CS", step.modality),
        "00400001": text_element("AE", step.station_ae_title or asking_station),
        "00400002": text_element("DA", f"{starts:%Y%m%d}"),
        "00400003": text_element("TM", f"{starts:%H%M%S}"),
        "00400004": text_element("DA", f"{ends:%Y%m%d}"),
        "00400005": text_element("TM", f"{ends:%H%M%S}"),
        "00400006": text_element("PN", _as_name(_performer(step))),
        "00400007": text_element("LO", (step.description or step.exam__procedure__name)[:64]),
        "00400008": _code(step.protocol_code or step.exam__procedure__code, step.exam__procedure__name[:64]),
        "00400009": text_element("SH", step.scheduled_procedure_step_id),
        "00400010": text_element("SH", step.station__name or ""),
        "00400011": text_element("SH", step.room__code),
        "00400012": text_element("LO", ""),
        "00400020": text_element("CS", step.status),
        "00400400": text_element("LT", step.exam__procedure__preparation),
        "00321070": text_element("LO", "YES" if step.exam__procedure__uses_contrast else ""),
    }


def _performer(step: WorklistStep) -> str:
    if step.exam__performer__username is None:
        return ""
    return User(
        username=step.exam__performer__username,
        last_name=step.exam__performer__last_name or "",
        first_name=step.exam__performer__first_name or "",
        name_local=step.exam__performer__name_local or "",
    ).label


def _request(step: WorklistStep) -> Json:
    procedure, referrer = step.exam__procedure__name[:64], _as_name(step.exam__order__referrer_name)
    return {
        "0020000D": text_element("UI", step.exam__study_instance_uid),
        "00080050": text_element("SH", step.exam__accession_number),
        "00080090": text_element("PN", referrer),
        "00081110": {"vr": "SQ"},
        "00321032": text_element("PN", referrer),
        "00321033": text_element("LO", step.exam__order__referring_department),
        "00321060": text_element("LO", procedure),
        "00321064": _code(step.exam__procedure__code, procedure),
        "00401001": text_element("SH", step.exam__requested_procedure_id),
        "00401002": text_element("LO", step.exam__order__reason.replace("\n", " ")[:64]),
        "00401003": text_element("SH", PRIORITIES.get(Priority(step.exam__priority), "ROUTINE")),
        "00402016": text_element("LO", (step.exam__placer_number or step.exam__order__placer_number)[:64]),
        "00402017": text_element("LO", step.exam__order__filler_number[:64]),
    }


def _visit(step: WorklistStep) -> Json:
    return {
        "00380010": text_element("LO", step.exam__order__visit__number or ""),
        "00380300": text_element("LO", step.exam__order__visit__location or ""),
        "00080080": text_element("LO", settings.HOSPITAL_NAME[:64]),
    }


def _patient(step: WorklistStep) -> Json:
    safety, birth, kilograms = step.exam__order__safety, step.exam__patient__birth_date, step.exam__patient__weight_kg
    told = safety.get("pregnant", "")
    weight: dict[str, Any] = {"vr": "DS", "Value": [float(kilograms)]} if kilograms else {"vr": "DS"}
    return {
        "00100010": text_element("PN", full_name(step)),
        "00100020": text_element("LO", step.exam__patient__number),
        "00100021": text_element("LO", step.issuer_of_patient_id or ""),
        "00100030": text_element("DA", f"{birth:%Y%m%d}" if birth else ""),
        "00100040": text_element("CS", step.exam__patient__sex),
        "00101030": weight,
        "00102000": text_element("LO", *(ALERTS[key] for key in ALERTS if safety.get(key) == "yes")),
        "00102110": text_element("LO", step.exam__patient__allergies[:64]),
        "001021C0": {"vr": "US", "Value": [PREGNANCY[told]]} if told in PREGNANCY else {"vr": "US"},
        "00403001": text_element("LO", "R" if step.exam__patient__is_protected else ""),
    }


def full_name(step: WorklistStep) -> str:
    groups = (step.exam__patient__name, step.exam__patient__name_ideographic, step.exam__patient__name_phonetic)
    return "=".join(groups).rstrip("=")


def _as_name(text: str) -> str:
    """A name that people wrote, as one component; one that is a DICOM name already stays so."""
    return text.strip()[:64]
