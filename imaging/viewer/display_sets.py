"""What can be hung or opened: every series as one stack; every multi-frame object, and every video, by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from django.db.models import Count, Min, Q, Sum

from imaging.archive.intake.frames import VIDEO_SYNTAXES, is_video
from imaging.archive.models import Instance, Series, Study
from imaging.common.formats import clinical_moment
from imaging.viewer.models import SavedObject
from imaging.viewer.objects.kinds import KINDS

IMAGE, VIDEO, DOCUMENT, OTHER = "image", "video", "document", "other"
PDF_CLASS = "1.2.840.10008.5.1.4.1.1.104.1"
# Objects with pixels that are no pictures by themselves: segmentations and parametric maps are laid over others.
OVERLAID_CLASSES = {"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7", "1.2.840.10008.5.1.4.1.1.30"}
VIDEOS = [name for syntax in VIDEO_SYNTAXES for name in (syntax, f"{syntax}.1")]

Beside = Literal["", "prior:", "later:"]
"""What the key of a display set begins with: of the study that is read, of an earlier one, of a later one."""


@dataclass(frozen=True)
class DisplaySet:
    key: str
    study: str
    series: str
    instance: str | None
    number: str
    description: str
    modality: str
    frames: int
    kind: str
    thumbnail: str
    open: str | None
    apart: list[str]
    by: str = ""
    """Who wrote it, and when: of objects that are no pictures."""


def display_sets(study: Study, *, root: str, beside: Beside = "") -> list[dict[str, Any]]:
    """The display sets of a study in the order of its series, as the viewer script reads them."""
    return display_sets_of([study], root=root, beside=beside)[study.pk]


def display_sets_of(studies: Sequence[Study], *, root: str, beside: Beside = "") -> dict[int, list[dict[str, Any]]]:
    """The same of several studies, by their keys: as many questions as for one."""
    by_pk = {study.pk: study for study in studies}
    rows = (
        Series.objects.filter(study__in=list(by_pk), rejection=None)
        .annotate(
            pictures=Count("instances", filter=Q(instances__number_of_frames__gt=0)),
            frames=Sum("instances__number_of_frames"),
            sop_class=Min("instances__sop_class_uid"),
            syntax=Min("instances__transfer_syntax_uid"),
            first=Min("instances__sop_instance_uid"),
        )
        .order_by("series_number", "id")
    )
    apart, (saved, replaced) = _by_themselves(list(by_pk)), _saved(list(by_pk))
    found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in by_pk}
    for series in rows:
        if series.instance_count and series.pk not in replaced:
            study = by_pk[series.study_id]
            if series.sop_class in KINDS:
                found[study.pk].append(asdict(_objects(study, series, root, beside, saved.get(series.pk))))
            else:
                found[study.pk] += [asdict(item) for item in _of_series(study, series, apart.get(series.pk, []), root, beside)]
    return found


def _saved(studies: list[int]) -> tuple[dict[int, SavedObject], set[int]]:
    """By series, an object that was saved here; and the series of those that newer ones took the place of."""
    rows = list(SavedObject.objects.filter(study__in=studies).select_related("author", "instance").order_by("version", "pk"))
    newest = {row.study_id: row.version for row in rows}
    by_series = {row.instance.series_id: row for row in rows}
    return by_series, {series for series, row in by_series.items() if row.version < newest[row.study_id]}


def _objects(study: Study, series: Any, root: str, beside: Beside, saved: SavedObject | None) -> DisplaySet:
    """A series of objects that lie over pictures or are read; each of them is opened with the series."""
    kind = KINDS[series.sop_class]
    said = _set(study, series, beside, None, "", series.instance_count, kind, "", None, [])
    if saved is not None:
        return replace(said, by=f"{saved.author.label} · {clinical_moment(saved.created_at)}", description=str(saved.get_kind_display()))
    return said


def _by_themselves(studies: list[int]) -> dict[int, list[Instance]]:
    found: dict[int, list[Instance]] = {}
    of_several = Q(number_of_frames__gt=1) | Q(transfer_syntax_uid__in=VIDEOS, number_of_frames__gt=0)
    clips = Instance.objects.filter(of_several, series__study__in=studies, series__rejection=None).exclude(sop_class_uid__in=list(KINDS))
    for instance in clips.order_by("instance_number", "id"):
        found.setdefault(instance.series_id, []).append(instance)
    return found


def _of_series(study: Study, series: Any, multi: list[Instance], root: str, beside: Beside) -> Iterable[DisplaySet]:
    single_frames = (series.frames or 0) - sum(instance.number_of_frames for instance in multi)
    if single_frames or not multi:
        yield _stack(study, series, root, beside, single_frames, [instance.sop_instance_uid for instance in multi])
    for index, instance in enumerate(multi, start=1):
        yield _clip(study, series, root, beside, instance, index if len(multi) > 1 or single_frames else 0)


def _stack(study: Study, series: Any, root: str, beside: Beside, frames: int, apart: list[str]) -> DisplaySet:
    address = f"{root}/studies/{study.study_instance_uid}/series/{series.series_instance_uid}"
    kind = _kind(series.sop_class, series.syntax, series.pictures)
    opened = f"{address}/instances/{series.first}/rendered" if series.sop_class == PDF_CLASS else None
    return _set(study, series, beside, None, "", frames, kind, f"{address}/thumbnail", opened, apart)


def _clip(study: Study, series: Any, root: str, beside: Beside, instance: Instance, index: int) -> DisplaySet:
    address = f"{root}/studies/{study.study_instance_uid}/series/{series.series_instance_uid}/instances/{instance.sop_instance_uid}"
    kind = _kind(instance.sop_class_uid, instance.transfer_syntax_uid, 1)
    suffix = f" · {index}" if index else ""
    opened = f"{address}/rendered" if kind == VIDEO else None
    return _set(
        study, series, beside, instance.sop_instance_uid, suffix, instance.number_of_frames, kind, f"{address}/thumbnail", opened, []
    )


def _set(
    study: Study, series: Series, beside: Beside, instance: str | None, suffix: str,
    frames: int, kind: str, thumbnail: str, opened: str | None, apart: list[str],
) -> DisplaySet:  # fmt: skip
    return DisplaySet(
        key=f"{beside}{instance or series.series_instance_uid}",
        study=study.study_instance_uid,
        series=series.series_instance_uid,
        instance=instance,
        number="" if series.series_number is None else str(series.series_number),
        description=f"{series.series_description}{suffix}",
        modality=series.modality,
        frames=frames,
        kind=kind,
        thumbnail=thumbnail,
        open=opened,
        apart=apart,
    )


def _kind(sop_class: str, syntax: str, pictures: int) -> str:
    if sop_class == PDF_CLASS:
        return DOCUMENT
    if is_video(syntax):
        return VIDEO
    return IMAGE if pictures and sop_class not in OVERLAID_CLASSES else OTHER
