"""Pictures in rare forms and with headers that cannot be true: what the server draws and sends of them is right, or refused in words.

Not covered: how a browser shows them (tests/e2e/test_bad_input.py), coded pixels (tests/imaging/archive/pictures), colour (test_forms.py).
"""

import io
import json

import numpy as np
import pytest
from PIL import Image

from imaging.archive.life.compression import LeftAlone, instance_compress
from imaging.archive.life.duties import Pace
from imaging.archive.models import Instance
from tests import people
from tests.imaging import pictures
from tests.imaging.dicomweb.clients import Web, content, parts
from tests.imaging.odd_pictures import Odd, above_overlay, bits, odd_films, odd_pictures, under_overlay

pytestmark = pytest.mark.django_db
ODD = {one.name: one for one in [*odd_pictures(), *odd_films()]}
PLAIN = 'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1'

FORMS = [("/frames/1/rendered", "image/png"), ("/thumbnail", "image/jpeg"), ("/frames/1", PLAIN), ("/frames/1", "image/jphc")]


def sent(odd: Odd) -> Instance:
    instance = pictures.send(odd.ds).instance
    assert instance is not None
    return instance


def address(instance: Instance) -> str:
    series = instance.series
    return f"/studies/{series.study.study_instance_uid}/series/{series.series_instance_uid}/instances/{instance.sop_instance_uid}"


def drawn(web: Web, instance: Instance) -> np.ndarray:
    answer = web.get(f"{address(instance)}/frames/1/rendered", "image/png")
    assert answer.status_code == 200, content(answer)
    return np.asarray(Image.open(io.BytesIO(content(answer)))).astype(int)


@pytest.mark.parametrize("name", ODD)
def test_it_is_drawn_rightly_or_refused_in_words(name: str) -> None:
    odd, web = ODD[name], Web(people.radiologist())
    where = address(instance := sent(odd))
    assert web.json(f"{where}/metadata")[0]["00080018"]["Value"] == [odd.ds.SOPInstanceUID]
    if odd.shown is not None:
        assert np.abs(drawn(web, instance) - odd.shown).max() <= 2
    for form, accept in FORMS:
        answer = web.get(where + form, accept)
        assert answer.status_code == 200 or json.loads(content(answer))["detail"]
        assert answer.status_code in {200, 400, 406}


@pytest.mark.parametrize("frame", [1, 2, 3])
def test_single_bits_come_packed_whether_their_frame_begins_a_byte_or_not(frame: int) -> None:
    odd = bits("bits", 63, 61, 3)
    answer = Web(people.radiologist()).get(f"{address(sent(odd))}/frames/{frame}", PLAIN)
    got = np.unpackbits(np.frombuffer(parts(answer)[0][1], "u1"), bitorder="little")[: 63 * 61]
    assert (got.reshape(63, 61) == odd.ds.pixel_array[frame - 1]).all()


@pytest.mark.parametrize("odd", [above_overlay("above"), under_overlay("under", signed=False), under_overlay("signed", signed=True)])
def test_an_overlay_in_unused_bits_is_not_lost_by_compression(odd: Odd) -> None:
    web, instance = Web(people.radiologist()), sent(odd)
    try:
        instance_compress(instance=instance, pace=Pace(10**12))
    except LeftAlone as left:
        assert "overlay" in str(left)
    instance.refresh_from_db()
    assert np.abs(drawn(web, instance) - odd.shown).max() <= 2
    answer = web.get(f"{address(instance)}/frames/1", 'multipart/related; type="application/octet-stream"; transfer-syntax=*')
    assert instance.transfer_syntax_uid != "1.2.840.10008.1.2.1" or parts(answer)[0][1] == odd.ds.PixelData
