"""Real DICOM objects of others, kept for their picture and its physics; what could name a person or a place is left out."""

from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

from demo.pictures import template

# PS3.15 would let more stay; these groups are what a viewer needs: acquisition, geometry, pixels.
KEPT_GROUPS = frozenset({0x0018, 0x0028, 0x7FE0})
KEPT = frozenset(
    {"ImageType", "LossyImageCompressionMethod", "ImageOrientationPatient", "ImagePositionPatient", "SliceLocation", "PatientOrientation"}
)
DROPPED = frozenset(
    {
        "DeviceSerialNumber",
        "GantryID",
        "ProtocolName",
        "DateOfLastCalibration",
        "TimeOfLastCalibration",
        "PlateID",
        "TransducerData",
    }
)
PAIRED = frozenset({"SHOULDER"})
# The collimator's edges (368 mm by 392 mm for 1841 by 1955 pixels) say what the image's own zero spacing does not.
CHEST_SPACING_MM = 0.2


def cleaned(source: Path, description: str, body_part: str) -> Dataset:
    """The picture of one file as a template. The pixels stay in the transfer syntax they came in, unless that was implicit VR."""
    found = dcmread(source)
    syntax = found.file_meta.TransferSyntaxUID
    ds = template.new(found.SOPClassUID, found.Modality, description, body_part, syntax if syntax.is_compressed else ExplicitVRLittleEndian)
    for element in found:
        if is_kept(element.tag.group, element.keyword):
            ds.add(element)
    ds.ImageType = [value for value in ds.get("ImageType", ["DERIVED", "PRIMARY"]) if "/" not in value]
    if body_part:
        ds.BodyPartExamined = body_part
    if body_part in PAIRED:
        ds.Laterality = ""
    drop_impossible(ds)
    return ds


def drop_impossible(ds: Dataset) -> None:
    """Zeros where the standard asks for a size: a viewer is better off without the attribute."""
    for keyword, companions in {"WindowWidth": ("WindowCenter",), "PixelSpacing": ()}.items():
        if keyword in ds and not all(as_list(ds[keyword].value)):
            for name in (keyword, *companions):
                del ds[name]
    for item in ds.get("MaskSubtractionSequence", []):
        if item.MaskOperation == "NONE" and "MaskFrameNumbers" in item:
            del item.MaskFrameNumbers


def as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, MultiValue) else [value]


def is_kept(group: int, keyword: str) -> bool:
    return keyword in KEPT or (group in KEPT_GROUPS and bool(keyword) and keyword not in DROPPED)


def write_series(sources: list[Path], folder: Path, description: str, body_part: str) -> None:
    frame_of_reference = generate_uid()
    for number, source in enumerate(sources, start=1):
        ds = cleaned(source, description, body_part)
        if "ImagePositionPatient" in ds:
            ds.FrameOfReferenceUID, ds.PositionReferenceIndicator = frame_of_reference, ""
        template.save(ds, folder, number)


def write_still(source: Path, folder: Path, description: str, body_part: str, header_rows: int) -> None:
    """A still whose first rows carry the name of another hospital and the date of another day: they are blanked."""
    ds = cleaned(source, description, body_part)
    header = header_rows * ds.Columns * ds.SamplesPerPixel * (ds.BitsAllocated // 8)
    ds.PixelData = bytes(header) + ds.PixelData[header:]
    ds.BurnedInAnnotation = "NO"
    template.save(ds, folder, 1)


def write_chest_radiograph(source: Path, folder: Path, description: str) -> None:
    """A CR image told as what a digital detector sends: DX, for presentation (PS3.3 A.26)."""
    ds = cleaned(source, description, "CHEST")
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    ds.Modality = "DX"
    ds.PresentationIntentType = "FOR PRESENTATION"
    ds.ImageType = ["DERIVED", "PRIMARY"]
    ds.ImageLaterality = "U"
    ds.ImagerPixelSpacing = [CHEST_SPACING_MM, CHEST_SPACING_MM]
    ds.ViewPosition = "PA"
    ds.PatientOrientation = ["L", "F"]
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LOG", 1
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "0", "1", "US"
    ds.PresentationLUTShape = "INVERSE" if ds.PhotometricInterpretation == "MONOCHROME1" else "IDENTITY"
    ds.LossyImageCompression, ds.BurnedInAnnotation = "00", "NO"
    ds.DetectorType, ds.PositionerType = "DIRECT", ""
    ds.AcquisitionContextSequence = Sequence()
    ds.AnatomicRegionSequence = Sequence([coded("51185008", "SCT", "Chest")])
    template.save(ds, folder, 1)


def coded(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item
