"""The series that the simulated modalities can send. How they are made is in `build`, which is slow to import."""

from pathlib import Path

# Raise it when a builder changes, so that series of an older build are made again.
BUILD = "1"


SERIES = (
    "ct-chest",
    "ct-head",
    "mr-brain-t1",
    "mr-brain-pd",
    "mr-shoulder",
    "dx-chest",
    "us-cine",
    "us-still",
    "xa-coronary",
    "es-photo",
)
# No registry package that we know of has a mammogram or a PET under a free licence: MG1 and PT1 have work on their lists but send nothing.
PROCEDURES: dict[str, tuple[str, ...]] = {
    "CT-HEAD": ("ct-head",),
    "CT-CHEST": ("ct-chest",),
    "MR-BRAIN": ("mr-brain-t1", "mr-brain-pd"),
    "MR-SHOULDER": ("mr-shoulder",),
    "DX-CHEST": ("dx-chest",),
    "US-ABDOMEN": ("us-still", "us-cine"),
    "XA-CORONARY": ("xa-coronary",),
    "ES-GASTRO": ("es-photo",),
}


class Library:
    def __init__(self, folder: Path) -> None:
        self.raw = folder / "raw"
        self.series = folder / "series"

    def is_complete(self) -> bool:
        return all(map(self.is_built, SERIES))

    def files(self, name: str) -> list[Path]:
        """The images of one series in order; none when it could not be built."""
        return sorted((self.series / name).glob("*.dcm"))

    def for_procedure(self, code: str) -> list[list[Path]]:
        """The series that an exam of this procedure consists of, without those that could not be built."""
        return [files for name in PROCEDURES.get(code, ()) if (files := self.files(name))]

    def is_built(self, name: str) -> bool:
        mark = self.series / name / "build"
        return mark.is_file() and mark.read_text() == BUILD
