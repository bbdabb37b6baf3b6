"""The words by which a search finds a study's patient, and filling them in for studies that were stored by an earlier version."""

from dataclasses import dataclass

from django.db import transaction

from imaging.archive.models import Study, StudyNameWord
from imaging.common.pinyin import name_search_words


def names_index(study: Study) -> None:
    """The words of one study, made anew."""
    StudyNameWord.objects.filter(study=study).delete()
    StudyNameWord.objects.bulk_create(StudyNameWord(study=study, word=word) for word in name_search_words(study.patient_name))


@dataclass(frozen=True)
class Filled:
    """How far `names_fill` came: the last study looked at, how many there were, and how many words were missing."""

    last: int
    studies: int
    words: int


@transaction.atomic
def names_fill(*, after: int, most: int) -> Filled | None:
    """Add the words that the next `most` studies after number `after` lack, and take away those that their names no longer have.

    None when there is no further study. Each call stands by itself: it can be done again, and beside everything else.
    """
    studies = list(Study.objects.select_for_update().filter(pk__gt=after).order_by("pk")[:most])
    if not studies:
        return None
    wanted = {(study.pk, word) for study in studies for word in name_search_words(study.patient_name)}
    held = {(row.study_id, row.word): row.pk for row in StudyNameWord.objects.filter(study__in=studies)}
    missing = sorted(wanted - held.keys())
    StudyNameWord.objects.bulk_create(StudyNameWord(study_id=study, word=word) for study, word in missing)
    StudyNameWord.objects.filter(pk__in=[pk for key, pk in held.items() if key not in wanted]).delete()
    return Filled(studies[-1].pk, len(studies), len(missing))
