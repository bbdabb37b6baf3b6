"""Structured reports and ECGs as pages: everything a sender wrote is text. Not covered: how a page looks (tests/e2e)."""

import re

import numpy as np
import pytest
from django.test import Client
from pydicom.dataset import Dataset

from imaging.access.models import User
from imaging.archive.models import Study
from imaging.archive.own_objects import code, content_item
from tests import people
from tests.imaging import pictures
from tests.imaging.viewer.objects import foreign
from tests.imaging.viewer.objects.marked import marked_study

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(study: Study, sent: Dataset, query: str = "") -> str:
    assert pictures.send(sent).instance is not None
    answer = client_of(people.radiologist()).get(f"/viewer/{study.study_instance_uid}/documents/{sent.SOPInstanceUID}/{query}")
    assert answer.status_code == 200
    assert "script-src 'none'" in answer["Content-Security-Policy"]
    return answer.content.decode()


def test_a_report_is_read_as_text_whatever_is_in_it() -> None:
    study = marked_study(1)
    finding = foreign.said("Finding", "line 1\nline 2 & <b>")
    below = content_item("CONTAINER", "CONTAINS", code("121070", "Findings"), ContentSequence=[finding])
    hostile = foreign.said("<img src=x onerror=alert(1)>", "</div><script>alert(1)</script>")
    page = page_of(study, foreign.report(study, below, hostile))
    assert "<h2>Findings</h2>" in page
    assert "line 1<br>line 2 &amp; &lt;b&gt;" in page
    assert "<script" not in page
    assert "<img" not in page
    assert "not complete" in page
    assert "Not verified" in page


def test_numbers_dates_names_and_references() -> None:
    study = marked_study(1)
    value = Dataset()
    value.NumericValue, value.MeasurementUnitsCodeSequence = "12.5", [code("mm", "millimeter", "UCUM")]
    see = content_item("NUM", "CONTAINS")
    see.ReferencedContentItemIdentifier = [1, 2]
    page = page_of(
        study,
        foreign.report(
            study,
            content_item("NUM", "CONTAINS", code("1", "Size"), MeasuredValueSequence=[value]),
            content_item("DATE", "CONTAINS", code("2", "Seen"), Date="20261103"),
            content_item("PNAME", "CONTAINS", code("3", "Reader"), PersonName="Chen^Wei=陈^伟"),
            see,
        ),
    )
    for words in ("12.5 mm", "3 Nov 2026", "Chen, Wei 陈伟", "see item 1.2"):
        assert words in page


def test_a_tree_that_is_too_deep_or_too_long_is_cut_and_says_so() -> None:
    study = marked_study(1)
    item = foreign.said("Deepest", "never")
    for _level in range(26):
        item = content_item("CONTAINER", "CONTAINS", code("1", "Level"), ContentSequence=[item])
    page = page_of(study, foreign.report(study, item))
    assert "left out" in page
    assert "never" not in page


def test_an_ecg_is_on_paper_at_25_mm_a_second_and_10_mm_a_millivolt() -> None:
    study = marked_study(1)
    sent = foreign.ecg(study)
    page = page_of(study, sent)
    assert "25 mm/s · 10 mm/mV" in page
    assert "QT interval" in page
    assert "402 ms" in page
    curves = re.findall(r'points="([^"]+)"', page)
    assert len(curves) == 13
    rhythm = np.array([[float(part) for part in pair.split(",")] for pair in curves[-1].split()])
    assert np.ptp(rhythm[:, 0]) == pytest.approx(250, abs=0.2)
    assert np.ptp(rhythm[:, 1]) == pytest.approx(20)  # lead II: 2 mV
    first = np.array([[float(part) for part in pair.split(",")] for pair in curves[0].split()])
    assert np.ptp(first[:, 0]) == pytest.approx(62.5, abs=0.2)
    assert np.ptp(first[:, 1]) == pytest.approx(10)
    rows = client_of(people.radiologist()).get(f"/viewer/{study.study_instance_uid}/documents/{sent.SOPInstanceUID}/?rows").content.decode()
    assert len(re.findall(r'points="', rows)) == 12


def test_a_long_recording_shows_its_first_minute() -> None:
    study = marked_study(1)
    page = page_of(study, foreign.ecg(study, seconds=70, rate=50), "?rows")
    assert "first minute" in page


@pytest.mark.parametrize("changes", [{"WaveformSampleInterpretation": "MB"}, {"NumberOfWaveformChannels": 7}, {"SamplingFrequency": 0}])
def test_curves_that_cannot_be_drawn_say_so(changes: dict[str, object]) -> None:
    study = marked_study(1)
    sent = foreign.ecg(study, seconds=1)
    for keyword, value in changes.items():
        setattr(sent.WaveformSequence[0], keyword, value)
    assert "cannot be shown" in page_of(study, sent)


def test_who_may_not_see_it_and_what_is_no_document() -> None:
    study = marked_study(1)
    sent = foreign.report(study)
    pictures.send(sent)
    address = f"/viewer/{study.study_instance_uid}/documents/{sent.SOPInstanceUID}/"
    assert client_of(people.clinician()).get(address).status_code == 404
    assert client_of(people.cashier()).get(address).status_code == 403
    image = f"/viewer/{study.study_instance_uid}/documents/1.2.3/"
    assert client_of(people.radiologist()).get(image).status_code == 404
