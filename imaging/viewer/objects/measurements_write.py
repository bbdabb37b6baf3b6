"""Writing measurements as a structured report (PS3.3 A.35.3 Comprehensive SR, with cut planes A.35.13 Comprehensive 3D SR, PS3.16 TID 1500
Measurement Report).

A region is a Planar ROI with its values (TID 1410); everything else a measurement group whose numbers name the lines that they were read
from (TID 1501 and 300). A mark without a number is in the presentation state, not here.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pydicom.valuerep import format_number_as_ds

from imaging.access.models import User
from imaging.archive.models import Study
from imaging.archive.own_objects import Reference, code, content_item, content_root, document_general, own_object, person_observer
from imaging.viewer.models import Annotation
from imaging.viewer.objects.planes_write import derivation, plane_groups
from imaging.viewer.objects.presentation_write import image_reference
from imaging.viewer.objects.shapes import Measured, Outline, is_region, measured, outlines
from imaging.viewer.planes.models import PlaneMark
from imaging.viewer.spacing import AT_DETECTOR, PERHAPS_AT_DETECTOR, perhaps_at_detector

COMPREHENSIVE_SR, COMPREHENSIVE_3D_SR = "1.2.840.10008.5.1.4.1.1.88.33", "1.2.840.10008.5.1.4.1.1.88.34"
SERIES_NUMBER = 9103
LENGTHS = frozenset({"mm", "cm", "mm2", "cm2"})


def measurements_write(*, study: Study, marks: Sequence[Annotation], planes: Sequence[PlaneMark], user: User, at: dt.datetime) -> Dataset:
    """The document for those of `marks` that measure something, and for those on cut planes that can be written."""
    ds = own_object(
        study=study, sop_class_uid=COMPREHENSIVE_3D_SR if planes else COMPREHENSIVE_SR, modality="SR", series_number=SERIES_NUMBER, at=at
    )
    ds.SeriesDescription = "Measurements"
    document_general(ds, study, _evidence([*marks, *planes]))
    ds.CompletionFlag, ds.VerificationFlag, ds.PerformedProcedureCodeSequence = "COMPLETE", "UNVERIFIED", []
    content_root(ds, code("126000", "Imaging Measurement Report"), "1500")
    unsaid = perhaps_at_detector(mark.instance for mark in marks)
    groups = [_group(mark, number, user, is_unsaid=mark.instance_id in unsaid) for number, mark in enumerate(marks, start=1)]
    groups += _plane_groups(planes, len(marks) + 1, user)
    measurements = _container("126010", "Imaging Measurements", groups)
    ds.ContentSequence = [_language(), *person_observer(user.label), _procedure(), _library([*marks, *planes]), measurements]
    return ds


def _evidence(marks: Sequence[Annotation | PlaneMark]) -> dict[str, list[Reference]]:
    found: dict[str, dict[Reference, None]] = {}
    for mark in marks:
        instance = mark.instance
        found.setdefault(instance.series.series_instance_uid, {})[instance.sop_class_uid, instance.sop_instance_uid] = None
    return {uid: list(references) for uid, references in found.items()}


def _language() -> Dataset:
    """TID 1204; the words in the tree are the English meanings of their codes."""
    language = code("121049", "Language of Content Item and Descendants")
    return content_item("CODE", "HAS CONCEPT MOD", language, ConceptCodeSequence=[code("en-US", "English (United States)", "RFC5646")])


def _procedure() -> Dataset:
    done = code("363679005", "Imaging procedure", "SCT")
    return content_item("CODE", "HAS CONCEPT MOD", code("121058", "Procedure reported"), ConceptCodeSequence=[done])


def _library(marks: Sequence[Annotation | PlaneMark]) -> Dataset:
    """TID 1600: every picture once."""
    seen = {mark.instance_id: mark.instance for mark in marks}
    pictures = [content_item("IMAGE", "CONTAINS", ReferencedSOPSequence=[image_reference(one, 1)]) for one in seen.values()]
    for picture in pictures:
        picture.ReferencedSOPSequence[0].pop("ReferencedFrameNumber", None)
    group = _container("126200", "Image Library Group", pictures)
    return _container("111028", "Image Library", [group])


def _container(value: str, meaning: str, content: list[Dataset]) -> Dataset:
    return content_item("CONTAINER", "CONTAINS", code(value, meaning), ContinuityOfContent="SEPARATE", ContentSequence=content)


def _group(mark: Annotation, number: int, user: User, *, is_unsaid: bool) -> Dataset:
    content = [_where(mark, outlines(mark)[0], "CONTAINS", code("111030", "Image Region"))] if is_region(mark) else []
    content += [_number(mark, one, _comment(one, is_unsaid=is_unsaid)) for one in measured(mark)]
    return _templated("1410" if is_region(mark) else "1501", [*_tracking(mark, number, user), *content])


def _plane_groups(marks: Sequence[PlaneMark], first: int, user: User) -> list[Dataset]:
    return [
        _templated(template, [*_tracking(mark, number, user), *content])
        for number, mark in enumerate(marks, start=first)
        for template, content in plane_groups(mark)
    ]


def _tracking(mark: Annotation | PlaneMark, number: int, user: User) -> list[Dataset]:
    """By what a mark is known; whose it is when somebody else made it than who saves."""
    content = person_observer(mark.author.label) if mark.author_id != user.pk else []
    name, uid = code("112039", "Tracking Identifier"), code("112040", "Tracking Unique Identifier")
    content.append(content_item("TEXT", "HAS OBS CONTEXT", name, TextValue=f"{mark.tool} {number}"))
    content.append(content_item("UIDREF", "HAS OBS CONTEXT", uid, UID=tracking_uid(mark.uid)))
    return content


def _templated(identifier: str, content: list[Dataset]) -> Dataset:
    group, template = _container("125007", "Measurement Group", content), Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", identifier
    group.ContentTemplateSequence = [template]
    return group


def tracking_uid(uid: uuid.UUID) -> UID:
    """The same in every version, so that a measurement can be followed (PS3.5 B.2)."""
    return UID(f"2.25.{uid.int}")


def _comment(one: Measured, *, is_unsaid: bool) -> str:
    """What has to be known of a length on a projection."""
    if one.is_at_detector:
        return AT_DETECTOR
    return PERHAPS_AT_DETECTOR if is_unsaid and one.unit[0] in LENGTHS else ""


def _number(mark: Annotation, one: Measured, comment: str) -> Dataset:
    value = Dataset()
    value.NumericValue, value.MeasurementUnitsCodeSequence = format_number_as_ds(float(one.number)), [code(*one.unit)]
    value.FloatingPointValue = float(one.number)
    item = content_item("NUM", "CONTAINS", code(*one.concept), MeasuredValueSequence=[value])
    below = [] if is_region(mark) else [_where(mark, outline, "INFERRED FROM") for outline in one.outlines]
    if one.derivation is not None:
        below.insert(0, derivation(one.derivation))
    if comment:
        below.insert(0, content_item("TEXT", "HAS PROPERTIES", code("121106", "Comment"), TextValue=comment))
    if below:
        item.ContentSequence = below
    return item


def _where(mark: Annotation, outline: Outline, relationship: str, name: Dataset | None = None) -> Dataset:
    """Places on the picture (PS3.3 C.18.6), with the picture."""
    image = content_item("IMAGE", "SELECTED FROM", ReferencedSOPSequence=[image_reference(mark.instance, mark.frame)])
    kind = "MULTIPOINT" if outline.kind == "POINT" and len(outline.points) > 1 else outline.kind
    data = [part for point in outline.points for part in point]
    return content_item("SCOORD", relationship, name, GraphicType=kind, GraphicData=data, ContentSequence=[image])
