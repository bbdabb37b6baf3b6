"""What goes out of a corrected object: the attributes of its new patient and study over those in its file, which stays as received.

Every way out asks here: metadata, QIDO and C-FIND (`corrected_json`), and whatever sends bytes (`corrected_pieces`, `correct`).
An object whose series was never corrected passes by at the price of one comparison (`is_corrected`).
"""

import contextlib
import json
import os
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from pydicom import dcmread
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from imaging.archive.corrections.models import Correction
from imaging.archive.corrections.names import names_now
from imaging.archive.intake.spool import file_meta
from imaging.archive.intake.values import IN_CHARSET, Json
from imaging.archive.models import Instance
from imaging.archive.pictures.pixels import CHUNK, CannotDecode, file_of, metadata_of
from imaging.archive.places import place_named
from imaging.archive.scratch import scratch_copy
from imaging.common.charsets import charset_terms, decode_text
from imaging.patients.merging import patient_live

UTF8 = "ISO_IR 192"
BATCH = 200
CHARSET, SOP, SERIES, STUDY = "00080005", "00080018", "0020000E", "0020000D"
ORIGINALS, FORMER_LIMIT = "04000561", 64
REFERENCED_SOP, REFERENCED_SERIES, REFERENCED_STUDIES = "00081155", "00081115", "00081110"
# Said by the order that was wrong, whoever the patient is.
OF_THE_ORDER = frozenset(
    {"00080051", "00081032", REFERENCED_STUDIES, "00321032", "00321060", "00321064", "00400275", "00401001", "00402016", "00402017"}
)
# Said of somebody who is another person now: patient, order and visit, and what points to the patient.
GROUPS_OF_THE_PERSON = ("0010", "0032", "0038")
OF_THE_PERSON = OF_THE_ORDER | {"00081120"}
SAID_OF_SERIES = ("00400275",)
# Told as originals even where the person behind them is protected: they name an object, not a patient.
TELLS_NOBODY = frozenset({SOP, SERIES})


def is_corrected(instance: Instance) -> bool:
    """Whether something else goes out than what is in the file."""
    return instance.series.correction_id is not None


def metadata_out(instance: Instance) -> Json:
    """What may be said of the object to anybody outside: its metadata, corrected where it has to be."""
    metadata = metadata_of(instance)
    return corrected_json(metadata, instance) if is_corrected(instance) else metadata


def metadata_texts(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Rows that begin with the key of an object, that of its correction, and its packed metadata: with the text that goes out instead.

    Read in batches: corrected ones cost a query or two for each batch, others none.
    """
    while batch := list(islice(rows, BATCH)):
        corrected = _corrected_texts([row[0] for row in batch if row[1] is not None])
        for key, _correction, packed, *rest in batch:
            yield (corrected[key] if key in corrected else zlib.decompress(bytes(packed)), *rest)


def _corrected_texts(keys: list[int]) -> dict[int, bytes]:
    if not keys:
        return {}
    rows = Instance.objects.select_related("metadata", "series__study", "series__correction__origin_patient").filter(pk__in=keys)
    told = {one.pk: _told(metadata_of(one), one) for one in rows}
    now = names_now({uid for attributes in told.values() for uid in _referenced(attributes)})
    return {key: _as_text(_renamed(attributes, now) if now else attributes) for key, attributes in told.items()}


def _as_text(attributes: Json) -> bytes:
    return json.dumps(dict(sorted(attributes.items())), ensure_ascii=False, separators=(",", ":")).encode()


def corrected_json(attributes: Json, instance: Instance) -> Json:
    """`attributes` of the file (DICOM JSON) as they go out of the corrected `instance`."""
    return dict(sorted(_references_follow(_told(attributes, instance)).items()))


def _told(attributes: Json, instance: Instance) -> Json:
    """The same without looking up what references point to now."""
    correction = _correction(instance)
    kept = {tag: element for tag, element in attributes.items() if not is_forgotten(tag, correction)}
    return {**kept, **_said(attributes, instance, correction)}


def is_forgotten(tag: str, correction: Correction) -> bool:
    """Whether what the file says at `tag` was said of another order or person, and is not passed on."""
    if correction.is_other_patient:
        return tag[:4] in GROUPS_OF_THE_PERSON or tag in OF_THE_PERSON
    return tag in OF_THE_ORDER


def series_says(correction: Correction) -> Json:
    """What of the overlay a series keeps beside its columns, for searches."""
    return {tag: correction.overlay[tag] for tag in SAID_OF_SERIES if tag in correction.overlay}


def may_go_out(instance: Instance, tag: str) -> bool:
    """Whether the value of the file at `tag` is still the one of the object, so that it may be read from there."""
    if not is_corrected(instance):
        return True
    correction = _correction(instance)
    return not is_forgotten(tag, correction) and tag not in {SOP, SERIES, STUDY, ORIGINALS, *correction.overlay}


def _correction(instance: Instance) -> Correction:
    correction = instance.series.correction
    if correction is None:
        raise ValueError("the object was never corrected")
    return correction


def _said(attributes: Json, instance: Instance, correction: Correction) -> Json:
    """What is said instead, and of what: the Original Attributes Sequence (PS3.3 C.12.1)."""
    said: Json = {
        **correction.overlay,
        SOP: _uid(instance.sop_instance_uid),
        SERIES: _uid(instance.series.series_instance_uid),
        STUDY: _uid(instance.series.study.study_instance_uid),
        CHARSET: {"vr": "CS", "Value": [UTF8]},
    }
    former = (attributes.get(ORIGINALS) or {}).get("Value", [])
    kept_former = [] if _hides_origin(correction) else former[:FORMER_LIMIT]
    return {**said, ORIGINALS: {"vr": "SQ", "Value": [*kept_former, _originals(attributes, said, correction)]}}


def _uid(value: str) -> Json:
    return {"vr": "UI", "Value": [value]}


def _hides_origin(correction: Correction) -> bool:
    """Whose the images were taken for is nobody's business when that is a protected patient."""
    origin = correction.origin_patient
    return origin is not None and (origin.is_protected or patient_live(origin).is_protected)


def _originals(attributes: Json, said: Json, correction: Correction) -> Json:
    changed = {
        tag: element
        for tag, element in attributes.items()
        if tag not in {CHARSET, ORIGINALS} and "BulkDataURI" not in element
        and (is_forgotten(tag, correction) or (tag in said and said[tag] != element))
    }  # fmt: skip
    if _hides_origin(correction):
        changed = {tag: element for tag, element in changed.items() if tag in TELLS_NOBODY}
    return {
        "04000550": {"vr": "SQ", "Value": [changed]},
        "04000562": {"vr": "DT", "Value": [correction.created_at.strftime("%Y%m%d%H%M%S.%f%z")]},
        "04000563": {"vr": "LO", "Value": [settings.AE_TITLE]},
        "04000564": {"vr": "LO"},
        "04000565": {"vr": "CS", "Value": ["CORRECT"]},
    }


def _references_follow(attributes: Json) -> Json:
    """References to objects that go by other UIDs now, wherever they stand: key objects, structured reports, reference images."""
    uids = set(_referenced(attributes))
    now = names_now(uids) if uids else {}
    return _renamed(attributes, now) if now else attributes


def _referenced(attributes: Json) -> Iterator[str]:
    for tag, element in attributes.items():
        if tag == ORIGINALS:
            continue
        if tag == REFERENCED_SOP:
            yield from element.get("Value", [])
        elif element.get("vr") == "SQ":
            for item in element.get("Value", []):
                yield from _referenced(item or {})


def _renamed(attributes: Json, now: dict[str, tuple[str, str, str]]) -> Json:
    """Copies with the new names; a list of references under a series or study takes its new UID when all below it moved together."""
    renamed: Json = {}
    for tag, element in attributes.items():
        if tag == REFERENCED_SOP:
            renamed[tag] = {**element, "Value": [now[uid][0] if uid in now else uid for uid in element.get("Value", [])]}
        elif element.get("vr") == "SQ" and tag != ORIGINALS:
            renamed[tag] = {**element, "Value": [_renamed(item or {}, now) for item in element.get("Value", [])]}
        else:
            renamed[tag] = element
    for tag, place in ((SERIES, 1), (STUDY, 2)):
        below = {now[uid][place] if uid in now else "" for uid in _referenced(attributes)}
        if tag in attributes and SOP not in attributes and len(below) == 1 and "" not in below:
            renamed[tag] = _uid(below.pop())
    return renamed


def correct(dataset: Dataset, instance: Instance) -> None:
    """Make `dataset`, as read from the file of the corrected `instance`, say what goes out. Pixel data is not touched."""
    metadata = metadata_of(instance)
    told = corrected_json(metadata, instance)
    _text_decoded(dataset, (UTF8,))
    for tag in metadata.keys() - told.keys():
        dataset.pop(int(tag, 16), None)
    changed = {tag: element for tag, element in told.items() if element != metadata.get(tag) and "BulkDataURI" not in element}
    dataset.update(Dataset.from_json({**changed, CHARSET: told[CHARSET]}))
    is_implicit, is_little = dataset.original_encoding
    dataset.set_original_encoding(is_implicit, is_little, [UTF8])


def _text_decoded(dataset: Dataset, inherited: tuple[str, ...]) -> None:
    """Every text decoded by our own tables, to be written in UTF-8: pydicom's fail on what Chinese devices send."""
    declared = dataset.get_item(0x00080005)
    terms = charset_terms(_plain(declared)) if declared is not None else inherited
    for tag in list(dataset.keys()):
        item = dataset.get_item(tag)
        vr = item.VR if item is not None and item.VR else _vr_of(int(tag))
        if vr == "SQ":
            for part in dataset[tag].value or []:
                _text_decoded(part, terms)
        elif vr in IN_CHARSET and isinstance(item, RawDataElement) and item.value:
            dataset[tag] = DataElement(tag, vr, decode_text(item.value, terms).rstrip(" "))
    dataset.pop(0x00080005, None)


def _plain(element: Any) -> str | bytes | None:
    value = element.value
    return value if value is None or isinstance(value, bytes | str) else "\\".join(str(part) for part in value)


def _vr_of(tag: int) -> str:
    try:
        return dictionary_VR(tag)
    except KeyError:
        return "UN"


def corrected_pieces(instance: Instance, *, with_meta: bool = True) -> Iterator[bytes]:
    """The Part 10 file (or its data set alone) as it goes out, in the stored transfer syntax; pixels come from the file as they are read.

    Raises CannotDecode before the first piece for a file that cannot be read.
    """
    try:
        head, rest = _corrected_head(instance)
    except Exception as error:  # a damaged object fails in many ways
        raise CannotDecode("the object's file cannot be read for its correction") from error
    return _pieces(_meta_of(instance) if with_meta else b"", head, rest)


@contextlib.contextmanager
def file_out(instance: Instance) -> Iterator[Path]:
    """A file as it goes out: the stored one, or a corrected one that lasts as long as the context."""
    if not is_corrected(instance):
        with place_named(instance.tier).local(instance.path) as path:
            yield path
        return
    with scratch_copy(corrected_pieces(instance)) as path:
        yield path


def _pieces(meta: bytes, head: bytes, rest: BinaryIO) -> Iterator[bytes]:
    yield meta + head
    with rest:
        while piece := rest.read(CHUNK):
            yield piece


def _meta_of(instance: Instance) -> bytes:
    return file_meta(instance.sop_class_uid, instance.sop_instance_uid, instance.transfer_syntax_uid, instance.source_ae_title)


def _corrected_head(instance: Instance) -> tuple[bytes, BinaryIO]:
    """The corrected data set up to its pixels, and the file at their first byte. A deflated one is written as a whole."""
    syntax = UID(instance.transfer_syntax_uid)
    whole = syntax == DeflatedExplicitVRLittleEndian
    file = file_of(instance)
    try:
        dataset = dcmread(file, stop_before_pixels=not whole)
        rest = file.tell()
        correct(dataset, instance)
        head = _encoded(dataset, syntax)
        file.seek(0 if whole else rest, os.SEEK_END if whole else os.SEEK_SET)
    except BaseException:
        file.close()
        raise
    return (_deflated(head) if whole else head), file


def _encoded(dataset: Dataset, syntax: UID) -> bytes:
    target = DicomBytesIO()
    target.is_little_endian, target.is_implicit_VR = syntax.is_little_endian, syntax.is_implicit_VR
    write_dataset(target, dataset)
    return target.getvalue()


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(data) + packer.flush()
    return packed + bytes(len(packed) % 2)
