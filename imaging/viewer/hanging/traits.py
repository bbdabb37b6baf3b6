"""What is known of a study and of its series: from the index, and from the kept metadata of one image of each series."""

import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Min
from django.db.models.functions import Length

from imaging.archive.models import Instance, InstanceMetadata, Series, Study
from imaging.archive.relevance import regions_of
from imaging.viewer.display_sets import IMAGE
from imaging.viewer.hanging.choosing import About, Candidate

# One exposure each: a series of them may hold several views, each of which is hung by itself.
PROJECTIONS = frozenset({"CR", "DX", "IO", "MG", "PX", "RG"})
MOST_VIEWS = 12
# Metadata that is larger, packed or unpacked (thousands of frames, texts without end), would hold up the page, and so would that of all
# series together: such a series is known by its index alone.
LARGEST_METADATA, LARGEST_UNPACKED, LARGEST_TOGETHER = 256 * 1024, 4 * 1024 * 1024, 64 * 1024 * 1024
AT_ONCE, MOST_VALUES, LONGEST_VALUE = 20, 16, 64
SCOUT = re.compile(r"scout|locali[sz]er|topogram|survey|scano|定位", re.IGNORECASE)
PARALLEL = 0.8  # of the normal along an axis of the body: within 37 degrees
AXES = ("sagittal", "coronal", "axial")
# View positions that come as codes (PS3.16 CID 4014).
VIEW_CODES = {"399162004": "CC", "R-10242": "CC", "399368009": "MLO", "R-10226": "MLO", "399260004": "ML", "399352003": "LM"}
SIDES = {"L": re.compile(r"\bleft\b|左"), "R": re.compile(r"\bright\b|右")}
# Type, contrast, thickness, view position, direction, laterality (of the image, the frame, the series), view code.
TOLD_BY = ("00080008", "00180010", "00180012", "00180050", "00185101", "00200037", "00200062", "00209072", "00200060", "00540220")
FUNCTIONAL_GROUPS = ("52009229", "52009230")
Sets = list[dict[str, Any]]


def about_study(study: Study, sets: Sets, *, has_prior: bool, parts: Iterable[tuple[str, str]]) -> About:
    """A study as a whole; `parts` are the body parts and sides that its series name."""
    procedure = study.exam.procedure if study.exam else None
    named = [procedure.body_part, procedure.name, procedure.name_zh] if procedure else []
    pairs = list(parts)
    texts = [*named, study.study_description, *(part for part, _side in pairs)]
    pictures = [one for one in sets if one["kind"] == IMAGE]
    text = " ".join(texts).casefold()
    return About(
        modalities=frozenset(one["modality"] for one in pictures), regions=regions_of(*texts), text=text,
        laterality=_side_of({side for _part, side in pairs if side in {"L", "R", "B"}}, text), series=len(pictures), has_prior=has_prior,
    )  # fmt: skip


def _side_of(sides: set[str], text: str) -> str:
    said = sides or {side for side, words in SIDES.items() if words.search(text)}
    return said.pop() if len(said) == 1 else "B" if said else ""


def parts_of(studies: Sequence[Study]) -> dict[int, list[tuple[str, str]]]:
    """By study, the body parts and sides that its series name: one query."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = Series.objects.filter(study__in=[study.pk for study in studies], rejection=None).order_by()
    for pk, part, side in rows.values_list("study_id", "body_part_examined", "laterality").distinct():
        found[pk].append((part, side))
    return found


def candidates_of(studies: Sequence[Sets]) -> list[list[Candidate]]:
    """What can be hung of the display sets of each of these studies, in their order: four questions for all of them."""
    pictures = {one["key"]: one for sets in studies for one in sets if one["kind"] == IMAGE}
    images = _images_of(list(pictures.values()))
    kept = _metadata_of(pk for rows in images.values() for pk, _uid in rows)
    told = {key: _of_set(one, [(uid, kept.get(pk, {})) for pk, uid in images.get(key, [])]) for key, one in pictures.items()}
    return [[candidate for one in sets for candidate in told.get(one["key"], [])] for sets in studies]


def _is_projection(one: dict[str, Any]) -> bool:
    return one["instance"] is None and one["modality"] in PROJECTIONS and one["frames"] <= MOST_VIEWS


def _images_of(pictures: Sets) -> dict[str, list[tuple[int, str]]]:
    """By the key of the set, the images whose metadata tell what it is: each exposure, else the first."""
    by_uid = {one["instance"]: one["key"] for one in pictures if one["instance"]}
    stacks = {one["series"]: one["key"] for one in pictures if not one["instance"] and not _is_projection(one)}
    exposures = {one["series"]: one["key"] for one in pictures if _is_projection(one)}
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for pk, uid in Instance.objects.filter(sop_instance_uid__in=by_uid).values_list("pk", "sop_instance_uid"):
        found[by_uid[uid]].append((pk, uid))
    of_stacks = Instance.objects.filter(series__series_instance_uid__in=stacks, number_of_frames=1)
    for series, pk in of_stacks.values_list("series__series_instance_uid").annotate(first=Min("pk")).order_by():
        found[stacks[series]].append((pk, ""))
    of_exposures = Instance.objects.filter(series__series_instance_uid__in=exposures, number_of_frames=1)
    for pk, uid, series in of_exposures.order_by("instance_number", "pk").values_list(
        "pk", "sop_instance_uid", "series__series_instance_uid"
    ):
        found[exposures[series]].append((pk, uid))
    return found


def _metadata_of(keys: Iterable[int]) -> dict[int, dict[str, Any]]:
    rows = InstanceMetadata.objects.filter(pk__in=list(keys)).annotate(octets=Length("json_zlib")).filter(octets__lte=LARGEST_METADATA)
    left, told = LARGEST_TOGETHER, {}
    for pk, packed in rows.values_list("pk", "json_zlib").iterator(chunk_size=AT_ONCE):
        text = _unpacked(bytes(packed), min(left, LARGEST_UNPACKED))
        left -= len(text)
        told[pk] = _wanted(json.loads(text)) if text else {}
    return told


def _unpacked(packed: bytes, most: int) -> bytes:
    """Nothing where it is too large."""
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(packed, most) if most > 0 else b""
    return b"" if unpacker.unconsumed_tail else text


def _wanted(ds: dict[str, Any]) -> dict[str, Any]:
    """What tells something, of the object itself, else of the functional groups of its first frame (PS3.3 C.7.6.16): those of all frames
    are many times what is packed."""
    groups = [group for sequence in FUNCTIONAL_GROUPS for group in _items(ds, sequence)[:1]]
    inner = [item for group in groups for sequence in group for item in _items(group, sequence)[:1]]
    told = {tag: next((one[tag]["Value"] for one in (ds, *inner) if one.get(tag, {}).get("Value")), None) for tag in TOLD_BY}
    return {tag: {"Value": [_short(value) for value in values[:MOST_VALUES]]} for tag, values in told.items() if values}


def _short(value: Any) -> Any:
    return value[:LONGEST_VALUE] if isinstance(value, str) else value


def _of_set(shown: dict[str, Any], images: list[tuple[str, dict[str, Any]]]) -> list[Candidate]:
    plain = Candidate(
        key=shown["key"], number=shown["number"], description=shown["description"], modality=shown["modality"], images=shown["frames"],
        is_scout=bool(SCOUT.search(shown["description"])),
    )  # fmt: skip
    told = [(uid, _told(plain, metadata)) for uid, metadata in images]
    views = {(one.laterality, one.view) for _uid, one in told}
    if _is_projection(shown) and len(views) > 1:
        return [replace(one, start=uid, images=1) for uid, one in told]
    return [told[0][1]] if told else [plain]


def _told(plain: Candidate, ds: dict[str, Any]) -> Candidate:
    """With what the metadata of an image tell."""
    thickness = _first(ds, "00180050")
    kinds = [str(kind).upper() for kind in _values(ds, "00080008")]
    return replace(
        plain, plane=plane_of(_values(ds, "00200037")), thickness=float(thickness) if isinstance(thickness, int | float) else None,
        laterality=str(_first(ds, "00200062") or _first(ds, "00209072") or _first(ds, "00200060") or ""), view=_view(ds),
        has_contrast=bool(_first(ds, "00180010") or _items(ds, "00180012")), is_scout=plain.is_scout or "LOCALIZER" in kinds,
    )  # fmt: skip


def plane_of(cosines: Sequence[Any]) -> str:
    """How slices with these direction cosines (PS3.3 C.7.6.2) lie in the patient; empty when nothing is said."""
    if len(cosines) != 6 or not all(isinstance(part, int | float) for part in cosines):
        return ""
    a, b, c, d, e, f = cosines
    normal = [abs(b * f - c * e), abs(c * d - a * f), abs(a * e - b * d)]
    most = max(normal)
    return AXES[normal.index(most)] if most > PARALLEL else "oblique"


def _view(ds: dict[str, Any]) -> str:
    coded = [VIEW_CODES.get(str(_first(item, "00080100"))) for item in _items(ds, "00540220")]
    return next((view for view in coded if view), str(_first(ds, "00185101") or "").upper())


def _values(ds: dict[str, Any], tag: str) -> list[Any]:
    return list(ds.get(tag, {}).get("Value") or [])


def _first(ds: dict[str, Any], tag: str) -> Any:
    values = _values(ds, tag)
    return values[0] if values else None


def _items(ds: dict[str, Any], tag: str) -> list[dict[str, Any]]:
    return [item for item in ds.get(tag, {}).get("Value", []) if isinstance(item, dict)]
