"""The letters at the edges of a picture, against PS3.3 C.7.6.2.1.1 and C.7.6.1.1.1.

Not covered: where they are drawn on key images (test_api.py), those of the viewer (tests/e2e/test_display.py).
"""

from typing import Any

import pytest

from imaging.viewer.sides import sides_of

AXIAL, SAGITTAL = [1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, -1]


def placed(cosines: list[Any]) -> dict[str, Any]:
    return {"00200037": {"vr": "DS", "Value": cosines}}


def edges(metadata: dict[str, Any], frame: int = 1, **turned: Any) -> str:
    """Right, bottom, left, top."""
    return " ".join(sides_of(metadata, frame, **turned).values())


@pytest.mark.parametrize(
    ("cosines", "shown"),
    [
        (AXIAL, "L P R A"), (SAGITTAL, "P F A H"), ([1, 0, 0, 0, 0, -1], "L F R H"), ([0.8, 0.6, 0, 0, 0, -1], "LP F RA H"),
        ([0.99, 0.1, 0, 0, 1, 0], "L P R A"),
    ],
)  # fmt: skip
def test_a_picture_as_it_was_stored(cosines: list[float], shown: str) -> None:
    assert edges(placed(cosines)) == shown


@pytest.mark.parametrize(
    ("turned", "shown"),
    [
        ({"rotation": 90}, "A L P R"), ({"rotation": 180}, "R A L P"), ({"rotation": 270}, "P R A L"), ({"flipped": True}, "R P L A"),
        ({"flipped": True, "rotation": 90}, "A R P L"), ({"rotation": 30}, "LA PL RP AR"),
    ],
)  # fmt: skip
def test_turning_and_mirroring_carries_them_along(turned: dict[str, Any], shown: str) -> None:
    assert edges(placed(AXIAL), **turned) == shown


def test_a_projection_tells_them_in_words() -> None:
    chest = {"00200020": {"vr": "CS", "Value": ["L", "F"]}}
    assert [edges(chest), edges(chest, rotation=90), edges(chest, flipped=True)] == ["L F R H", "H L F R", "R F L H"]


def test_frames_of_one_object_lie_differently() -> None:
    group = lambda cosines: {"00209116": {"vr": "SQ", "Value": [placed(cosines)]}}  # noqa: E731
    both = {"52009230": {"vr": "SQ", "Value": [group(AXIAL), group(SAGITTAL)]}}
    assert [edges(both), edges(both, 2), edges(both, 3)] == ["L P R A", "P F A H", ""]
    assert edges({"52009229": {"vr": "SQ", "Value": [group(SAGITTAL)]}}, 7) == "P F A H"


@pytest.mark.parametrize(
    "metadata",
    [
        {}, placed([0] * 6), placed([1, 0, 0]), placed(["x"] * 6), placed([None] * 6), placed([float("nan")] * 6), {"00200037": None},
        {"00200020": {"Value": ["L"]}}, {"00200020": {"Value": ["<b>", "F"]}}, {"00200020": {"Value": [None, "F"]}},
        {"52009229": {"Value": [None]}},
    ],
)  # fmt: skip
def test_what_is_not_told_is_not_guessed(metadata: dict[str, Any]) -> None:
    assert edges(metadata) == ""
