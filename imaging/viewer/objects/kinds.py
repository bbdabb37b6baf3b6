"""What the viewer does with objects that are no pictures by themselves, by SOP class (PS3.4 B.5)."""

from imaging.archive.intake.questions import KEY_OBJECT_SELECTION

_ROOT = "1.2.840.10008.5.1.4.1.1"
KEYS, PRESENTATION, REPORT, SEGMENTATION, STRUCTURES, DOSE, WAVEFORM = (
    "keys", "presentation", "report", "segmentation", "structures", "dose", "waveform",
)  # fmt: skip
LABEL_MAP = f"{_ROOT}.66.7"
PRESENTATION_STATES = {f"{_ROOT}.11.1", f"{_ROOT}.11.2"}
REPORT_CLASSES = {f"{_ROOT}.88.{number}" for number in (11, 22, 33, 34, 35, 40, 50, 65, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76)}
WAVEFORM_CLASSES = {f"{_ROOT}.9.{part}" for part in ("1.1", "1.2", "1.3", "1.4", "2.1", "3.1")}
KINDS: dict[str, str] = {
    KEY_OBJECT_SELECTION: KEYS,
    **dict.fromkeys(PRESENTATION_STATES, PRESENTATION),
    **dict.fromkeys(REPORT_CLASSES, REPORT),
    **dict.fromkeys(WAVEFORM_CLASSES, WAVEFORM),
    f"{_ROOT}.66.4": SEGMENTATION,
    LABEL_MAP: SEGMENTATION,
    f"{_ROOT}.481.3": STRUCTURES,
    f"{_ROOT}.481.2": DOSE,
}
# Those that are read as a document; the others lie over pictures.
DOCUMENTS = {REPORT, WAVEFORM}
