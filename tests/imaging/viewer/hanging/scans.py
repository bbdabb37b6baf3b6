"""Scans put into the archive for hanging protocols."""

from typing import Any

from pydicom.uid import generate_uid

from imaging.archive.models import Study
from tests import people
from tests.imaging import pictures

CORONAL = [1, 0, 0, 0, 0, -1]


def chest(exam: Any, *, images: int = 3, soft: bool = True, **attributes: Any) -> Study:
    """A chest CT: lung and mediastinum, axial, and coronal cuts; the descriptions differ in their letters from scan to scan."""
    said = {"StudyDescription": "CT chest plain", "BodyPartExamined": "CHEST"} | attributes
    series: list[tuple[int, str, dict[str, Any]]] = [(2, "Lung 1.0 B70", {"SliceThickness": "1"})]
    series += [(3, "Mediastinum 5.0 B31", {"SliceThickness": "5"})] if soft else []
    series += [(4, "Lung cor", {"ImageOrientationPatient": CORONAL})]
    for number, name, more in series:
        study = pictures.stack_for(
            exam, images, SeriesInstanceUID=generate_uid(), SeriesNumber=number, SeriesDescription=name, **said, **more
        )
    return study


def chest_of(accession: str, patient: Any = None, **attributes: Any) -> Study:
    exam = pictures.exam_of(patient or people.john_smith(), accession)
    exam.procedure = people.ct_chest()
    exam.save()
    return chest(exam, **attributes)


def rule_for_chest(**studies: Any) -> dict[str, Any]:
    """Lung beside mediastinum."""
    return {
        "studies": {"modalities": ["CT"], "regions": ["chest"], **studies},
        "layout": {"across": True, "parts": [{"pane": 0}, {"pane": 1}], "sizes": [0.5, 0.5]},
        "panes": [
            {"prior": 0, "series": [{"modality": "CT", "plane": "axial", "words": ["lung"]}], "look": {"window": "lung"}},
            {"prior": 0, "series": [{"modality": "CT", "plane": "axial", "words": ["mediastinum"]}], "look": {"window": "mediastinum"}},
        ],
    }
