"""The modalities of the demo hospital, one per room."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Station:
    ae_title: str
    modality: str
    character_set: str = "ISO_IR 192"


# MR1 stands for the many scanners that still write Chinese names in GB18030.
STATIONS = {
    station.ae_title: station
    for station in (
        Station("CT1", "CT"),
        Station("CT2", "CT"),
        Station("MR1", "MR", "GB18030"),
        Station("DX1", "DX"),
        Station("US1", "US"),
        Station("MG1", "MG"),
        Station("XA1", "XA"),
        Station("ES1", "ES"),
        Station("PT1", "PT"),
    )
}
# Where an exam of each procedure is done (the demo catalogue's codes).
ROOMS: dict[str, tuple[str, ...]] = {
    "CT-HEAD": ("CT1", "CT2"),
    "CT-CHEST": ("CT1", "CT2"),
    "MR-BRAIN": ("MR1",),
    "DX-CHEST": ("DX1",),
    "US-ABDOMEN": ("US1",),
    "MG-SCREEN": ("MG1",),
    "XA-CORONARY": ("XA1",),
    "ES-GASTRO": ("ES1",),
    "PET-CT": ("PT1",),
}
PROCEDURE_NAMES = {
    "CT-HEAD": "CT head",
    "CT-CHEST": "CT chest",
    "MR-BRAIN": "MR brain",
    "DX-CHEST": "Chest radiograph",
    "US-ABDOMEN": "Ultrasound abdomen",
    "MG-SCREEN": "Screening mammography",
    "XA-CORONARY": "Coronary angiography",
    "ES-GASTRO": "Gastroscopy",
    "PET-CT": "PET/CT whole body",
}


def modality_of(code: str) -> str:
    return STATIONS[ROOMS[code][0]].modality
