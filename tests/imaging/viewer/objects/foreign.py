"""Objects of other makers for tests: segmentation (by highdicom), structure set, dose, structured report, ECG."""

from typing import Any

import highdicom as hd
import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid

from imaging.archive.models import Instance, Study
from imaging.archive.own_objects import code, content_item, reference
from imaging.archive.pictures.pixels import file_of
from tests.imaging.archive.objects import ct_slice

OF_PICTURES = (
    "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SamplesPerPixel", "PhotometricInterpretation",
    "PixelData",
)  # fmt: skip
NO_PICTURE = dict.fromkeys(OF_PICTURES)
NEEDED = ("PatientSex", "PatientBirthDate", "AccessionNumber", "StudyID", "ReferringPhysicianName")
FRAME_OF_REFERENCE = "1.2.3.4.5"


def of(study: Study, sop_class_uid: str, modality: str, **attributes: Any) -> Dataset:
    """An object of `study` and its patient, without a picture, in a series of its own."""
    named = {
        "StudyInstanceUID": study.study_instance_uid, "PatientID": study.patient_id, "PatientName": study.patient_name,
        "SOPClassUID": sop_class_uid, "Modality": modality, "SeriesNumber": 20, "Manufacturer": "ACME", "SeriesDescription": modality,
    }  # fmt: skip
    return ct_slice(**NO_PICTURE | named | attributes)


def read(instance: Instance) -> Dataset:
    with file_of(instance) as file:
        return dcmread(file)


def segmentation(images: list[Dataset], masks: np.ndarray, **options: Any) -> Dataset:
    """Segments over `images`; `masks` is frames x rows x columns x segments."""
    for image in images:
        for keyword in NEEDED:
            setattr(image, keyword, image.get(keyword, ""))
    described = [
        hd.seg.SegmentDescription(
            segment_number=number, segment_label=f"Lesion {number}", segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
            segmented_property_type=codes.SCT.Neoplasm, algorithm_type="MANUAL", display_color=hd.color.CIELabColor.from_rgb(255, 0, 0),
        )
        for number in range(1, masks.shape[-1] + 1)
    ]  # fmt: skip
    return hd.seg.Segmentation(
        source_images=images, pixel_array=masks, segmentation_type=options.pop("kind", "BINARY"), segment_descriptions=described,
        series_instance_uid=generate_uid(), series_number=21, sop_instance_uid=generate_uid(), instance_number=1, manufacturer="ACME",
        manufacturer_model_name="M", software_versions="1", device_serial_number="1", **options,
    )  # fmt: skip


def structure_set(study: Study, contours: dict[str, list[list[float]]], frame_of_reference: str = FRAME_OF_REFERENCE) -> Dataset:
    """Structures by name, each with its closed contours as x, y, z, x, y, z ..."""
    ds = of(study, "1.2.840.10008.5.1.4.1.1.481.3", "RTSTRUCT", StructureSetLabel="Plan A", StructureSetDate="20261122")
    ds.StructureSetROISequence, ds.ROIContourSequence, ds.RTROIObservationsSequence = [], [], []
    for number, (name, drawn) in enumerate(contours.items(), start=1):
        roi, shapes, observed = Dataset(), Dataset(), Dataset()
        roi.ROINumber, roi.ROIName, roi.ROIGenerationAlgorithm = number, name, "MANUAL"
        roi.ReferencedFrameOfReferenceUID = frame_of_reference
        shapes.ReferencedROINumber, shapes.ROIDisplayColor, shapes.ContourSequence = number, [0, 255, 0], []
        for places in drawn:
            contour = Dataset()
            contour.ContourGeometricType, contour.NumberOfContourPoints, contour.ContourData = "CLOSED_PLANAR", len(places) // 3, places
            shapes.ContourSequence.append(contour)
        observed.ObservationNumber, observed.ReferencedROINumber = number, number
        observed.RTROIInterpretedType, observed.ROIInterpreter = "GTV", ""
        ds.StructureSetROISequence.append(roi)
        ds.ROIContourSequence.append(shapes)
        ds.RTROIObservationsSequence.append(observed)
    return ds


def dose(study: Study, grid: np.ndarray, **attributes: Any) -> Dataset:
    """A dose of 1/1000 Gy a step on a grid of 1 mm from the corner of the picture, planes 2 mm apart."""
    frames, rows, columns = grid.shape
    placed = {
        "NumberOfFrames": frames, "Rows": rows, "Columns": columns, "BitsAllocated": 32, "BitsStored": 32, "HighBit": 31,
        "PixelRepresentation": 0, "SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2",
        "PixelData": grid.astype("<u4").tobytes(),
        "ImagePositionPatient": [0, 0, 2], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "PixelSpacing": [1, 1],
        "GridFrameOffsetVector": [2 * at for at in range(frames)], "FrameOfReferenceUID": FRAME_OF_REFERENCE, "DoseUnits": "GY",
        "DoseType": "PHYSICAL", "DoseSummationType": "PLAN", "DoseGridScaling": "0.001", "FrameIncrementPointer": 0x3004000C,
    }  # fmt: skip
    return of(study, "1.2.840.10008.5.1.4.1.1.481.2", "RTDOSE", **placed | attributes)


def presentation(study: Study, picture: Instance, **attributes: Any) -> Dataset:
    """A greyscale state that shows the columns 20 to 100 of `picture`, with a shutter, a circle, and words at a place of the screen."""
    ds = of(study, "1.2.840.10008.5.1.4.1.1.11.1", "PR", ContentLabel="HANGING", ContentCreatorName="Chen^Wei", ContentDescription="Hilus")
    series, area, window, drawing, circle, words = (Dataset() for _number in range(6))
    series.SeriesInstanceUID = picture.series.series_instance_uid
    series.ReferencedImageSequence = [reference(picture.sop_class_uid, picture.sop_instance_uid)]
    area.DisplayedAreaTopLeftHandCorner, area.DisplayedAreaBottomRightHandCorner = [21, 21], [100, 100]
    area.PresentationSizeMode, area.PresentationPixelSpacing = "SCALE TO FIT", [1, 1]
    window.WindowCenter, window.WindowWidth = "100", "50"
    circle.GraphicAnnotationUnits, circle.GraphicDimensions, circle.GraphicType = "PIXEL", 2, "CIRCLE"
    circle.NumberOfGraphicPoints, circle.GraphicData, circle.GraphicFilled = 2, [60, 60, 70, 60], "N"
    words.AnchorPointAnnotationUnits, words.AnchorPoint, words.AnchorPointVisibility = "DISPLAY", [0.5, 0.1], "N"
    words.UnformattedTextValue = "look here"
    drawing.GraphicLayer, drawing.GraphicObjectSequence, drawing.TextObjectSequence = "A", [circle], [words]
    ds.ReferencedSeriesSequence, ds.DisplayedAreaSelectionSequence, ds.SoftcopyVOILUTSequence = [series], [area], [window]
    ds.GraphicAnnotationSequence, ds.PresentationLUTShape = [drawing], "INVERSE"
    ds.ShutterShape, ds.ShutterPresentationValue = "RECTANGULAR", 0
    ds.ShutterLeftVerticalEdge, ds.ShutterRightVerticalEdge = 41, 80
    ds.ShutterUpperHorizontalEdge, ds.ShutterLowerHorizontalEdge = 41, 80
    ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = "1", "-1000", "HU"
    for keyword, value in attributes.items():
        setattr(ds, keyword, value)
    return ds


def report(study: Study, *content: Dataset, **attributes: Any) -> Dataset:
    told = {
        "ValueType": "CONTAINER", "ConceptNameCodeSequence": [code("18748-4", "Diagnostic imaging report", "LN")],
        "ContinuityOfContent": "SEPARATE", "ContentSequence": list(content), "CompletionFlag": "PARTIAL",
        "VerificationFlag": "UNVERIFIED", "ContentDate": "20261122", "ContentTime": "101500",
    }  # fmt: skip
    return of(study, "1.2.840.10008.5.1.4.1.1.88.22", "SR", **told | attributes)


def said(name: str, value: str) -> Dataset:
    return content_item("TEXT", "CONTAINS", code("121071", name), TextValue=value)


LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")


def ecg(study: Study, seconds: float = 10.0, rate: int = 500, **attributes: Any) -> Dataset:
    """Twelve leads of a square wave of 1 mV and one beat a second, lead II twice as high."""
    time = np.arange(int(seconds * rate)) / rate
    beat = ((time % 1) < 0.1).astype(np.int16)
    samples = np.stack([beat * (400 if lead == "II" else 200) for lead in LEADS], axis=1)
    group = Dataset()
    group.MultiplexGroupTimeOffset, group.WaveformOriginality = 0, "ORIGINAL"
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples, group.SamplingFrequency = len(LEADS), len(time), rate
    group.ChannelDefinitionSequence = [_channel(lead) for lead in LEADS]
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 16, "SS"
    group.add_new(0x54001010, "OW", samples.astype("<i2").tobytes())
    interval = Dataset()
    interval.ConceptNameCodeSequence = [code("2:16168", "QT interval", "MDC")]
    interval.NumericValue, interval.MeasurementUnitsCodeSequence = 402, [code("ms", "ms", "UCUM")]
    waves = {"WaveformSequence": [group], "WaveformAnnotationSequence": [interval], "AcquisitionDateTime": "20261122101500"}
    return of(study, "1.2.840.10008.5.1.4.1.1.9.1.1", "ECG", **waves | attributes)


def _channel(lead: str) -> Dataset:
    item = Dataset()
    item.ChannelSourceSequence = [code("5.6.3-9-1", f"Lead {lead}", "SCPECG")]
    item.ChannelSensitivity, item.ChannelSensitivityCorrectionFactor, item.ChannelBaseline = "5", "1", "0"
    item.ChannelSensitivityUnitsSequence = [code("uV", "microvolt", "UCUM")]
    item.WaveformBitsStored, item.FilterLowFrequency, item.FilterHighFrequency = 16, "0.05", "150"
    return item
