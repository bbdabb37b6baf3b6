"""Values that metadata only point to, in every plain encoding. Not covered: values in a bucket (life/test_moving.py)."""

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Instance
from imaging.archive.pictures.bulk import value_at
from imaging.archive.places import place_named
from imaging.common.errors import InvalidInput, NotFound
from tests.imaging.archive.objects import as_file, ct_slice

pytestmark = pytest.mark.django_db
SYNTAXES = [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
CURVE = bytes(range(256)) * 100


def stored(syntax: UID) -> Instance:
    inner = Dataset()
    inner.add_new(0x54000110, "OW", CURVE)
    item = Dataset()
    item.WaveformSequence = [Dataset(), inner]
    slice_ = ct_slice(ContentSequence=[item])
    slice_.file_meta.TransferSyntaxUID = syntax
    instance = instance_ingest(stream=as_file(slice_), source_ae_title="CT1", door="test").instance
    assert instance is not None
    return instance


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_value_deep_in_sequences_is_given_as_little_endian_bytes(syntax: UID) -> None:
    swapped = np.frombuffer(CURVE, "<u2").byteswap().tobytes()  # pydicom writes words as they are given
    assert value_at(stored(syntax), "0040a730/0/54000100/1/54000110") == (swapped if syntax == ExplicitVRBigEndian else CURVE)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_of_a_long_value_only_so_much_is_read_as_is_asked_for(syntax: UID) -> None:
    whole = value_at(stored(syntax), "0040A730/0/54000100/1/54000110")
    assert value_at(stored(syntax), "0040A730/0/54000100/1/54000110", most=64) == whole[:64]


@pytest.mark.parametrize("path", ["0040A730/1/54000100/1/54000110", "0040A730/0/54000100/0/54000110", "00091010", "0040A730"])
def test_what_is_not_there_is_told(path: str) -> None:
    with pytest.raises(NotFound):
        value_at(stored(ExplicitVRLittleEndian), path)


@pytest.mark.parametrize("path", ["", "zz", "../../etc/passwd", "0040A730/0", "/".join(["0040A730/0"] * 9) + "/54000110"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput):
        value_at(stored(ExplicitVRLittleEndian), path)


def test_a_file_that_is_cut_off_is_told() -> None:
    instance = stored(ExplicitVRLittleEndian)
    with place_named(instance.tier).local(instance.path) as path:
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[: instance.dataset_offset + 60])
    with pytest.raises(NotFound):
        value_at(instance, "0040A730/0/54000100/1/54000110")
