"""The words by which a patient is found: names in every script, pinyin, initials, numbers, birth date, phone."""

import re

from imaging.common.pinyin import has_han, search_words
from imaging.patients.models import Patient, SearchWord

WORD_LENGTH = 96


def word_plain(text: str) -> str:
    """`text` as a word is kept and asked for: lower case, without the marks that people leave out."""
    return re.sub(r"[-=·\s]+", "", text.lower())[:WORD_LENGTH]


def _name_words(*names: str) -> set[str]:
    words = set(search_words(*names).split())
    given = {name.strip()[1:] for name in names if has_han(name) and len(name.strip()) > 1}
    given |= {name.partition("^")[2].replace("^", "") for name in names}
    return words | {word_plain(word) for word in given}


def words_of(patient: Patient) -> set[str]:
    """Every word for `patient`, as it is stored."""
    words = _name_words(patient.name, patient.name_ideographic, patient.name_phonetic)
    words |= {word_plain(value) for value in patient.identifiers.values_list("value", flat=True)} | {word_plain(patient.number)}
    if patient.birth_date:
        words.add(f"{patient.birth_date:%Y%m%d}")
    words.add(re.sub(r"\D", "", patient.phone))
    return {word[:WORD_LENGTH] for word in words if word}


def patient_index(patient: Patient) -> None:
    """Bring the search words of `patient` up to date; writes only what differs."""
    wanted, held = words_of(patient), set(patient.words.values_list("word", flat=True))
    if gone := held - wanted:
        patient.words.filter(word__in=gone).delete()
    SearchWord.objects.bulk_create([SearchWord(patient=patient, word=word) for word in sorted(wanted - held)])
