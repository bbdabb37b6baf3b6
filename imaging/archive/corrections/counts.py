"""How much a study and its series hold, counted anew after a correction; ingest only ever adds one."""

from collections.abc import Iterable

from django.db.models import Sum

from imaging.archive.models import Instance, Series, Study


def studies_lock(keys: Iterable[int]) -> None:
    """Keep these studies for a correction, before anything below them: in the order in which ingest takes them, so that neither waits
    for the other in a circle."""
    list(Study.objects.select_for_update().filter(pk__in=list(keys)).order_by("study_instance_uid").values_list("pk"))


def study_count(study_id: int) -> Study:
    """Count what is shown of the study: rejected images are not. Returns the changed row, locked."""
    study = Study.objects.select_for_update().get(pk=study_id)
    shown = Series.objects.filter(study=study, rejection=None, instance_count__gt=0)
    rows = list(shown.values_list("modality", "instance_count"))
    study.series_count, study.instance_count = len(rows), sum(count for _modality, count in rows)
    study.size_bytes = Instance.objects.filter(series__in=shown).aggregate(size=Sum("size_bytes"))["size"] or 0
    study.modalities_in_study = modalities_joined({modality for modality, _count in rows if modality})
    study.save(update_fields=["series_count", "instance_count", "size_bytes", "modalities_in_study"])
    return study


def series_count(series: Series) -> None:
    series.instance_count = Instance.objects.filter(series=series).count()
    series.save(update_fields=["instance_count"])


def modalities_joined(modalities: set[str]) -> str:
    """As a column keeps them: separated and enclosed by backslashes, so that one can be found among many."""
    return f"\\{chr(92).join(sorted(modalities))}\\"[:64] if modalities else ""
