"""A presentation state with tables, a bitmap and compound graphics, made by hand, as a browser shows it.

Not covered: each curve and each graphic by itself (static/viewer/tests/greys.test.ts, test_presentation_parts.py).
"""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests import people
from tests.e2e.test_objects import layer, place_of, settled, tile
from tests.e2e.test_viewer import SignIn, corner, lin_study, opened
from tests.e2e.volume_room import grey, until
from tests.imaging import pictures
from tests.imaging.viewer.objects import foreign
from tests.imaging.viewer.objects.marked import slices
from tests.imaging.viewer.objects.test_presentation_parts import compound, item, lut, with_overlay

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_tables_bitmaps_and_compound_graphics_of_another_maker_are_shown(site: str, sign_in: SignIn) -> None:
    study = lin_study(2)
    picture = slices(study)[0]
    header = foreign.read(picture)
    stored = header.pixel_array
    # The values around column 96 become black and all others white; a presentation LUT turns that round.
    middle = int(stored[64, 96])
    entries = [0 if abs(value - middle) < 40 else 255 for value in range(int(stored.max()) + 1)]
    area = item(DisplayedAreaTopLeftHandCorner=[1, 1], DisplayedAreaBottomRightHandCorner=[128, 128], PresentationSizeMode="MAGNIFY",
                PresentationPixelMagnificationRatio=2, PresentationPixelAspectRatio=[1, 1])  # fmt: skip
    drawing = item(GraphicLayer="A", CompoundGraphicSequence=[compound("CROSSHAIR", [96, 32], GapLength=10, DiameterOfVisibility=40)])
    bits = np.zeros((128, 128), np.uint8)
    bits[100:120, 100:120] = 1
    sent = foreign.presentation(
        study, picture, ModalityLUTSequence=[lut(0, entries)], RescaleSlope=None, RescaleIntercept=None, RescaleType=None,
        SoftcopyVOILUTSequence=[item(WindowCenter="128", WindowWidth="256", VOILUTFunction="LINEAR_EXACT")],
        PresentationLUTSequence=[lut(0, [255, 0])], PresentationLUTShape=None, DisplayedAreaSelectionSequence=[area],
        GraphicAnnotationSequence=[drawing], ShutterShape="BITMAP", ShutterOverlayGroup=0x6000, ShutterPresentationValue=65535,
    )  # fmt: skip
    pictures.send(with_overlay(sent, 0x6000, np.packbits(bits, bitorder="little").tobytes(), rows=128, columns=128))
    page = opened(sign_in(people.radiologist()), site, study)
    tile(page, "PR").click()
    expect(page.locator('[data-object="presentation"]')).to_contain_text("Chen, Wei")
    expect(page.locator('[data-object="presentation"]')).not_to_contain_text("Not applied")
    expect(corner(page, "where")).to_contain_text("Im 1 / 2")
    painted = settled(page, lambda: bool((layer(page)[..., 3] > 128).any()))
    scale = 2.0
    height, width = painted.shape[:2]
    left, top = width / 2 - 64 * scale, height / 2 - 64 * scale

    def at(column: float, row: float) -> tuple[int, int]:
        return round(top + row * scale), round(left + column * scale)

    assert painted[at(110 + 4, 110 + 2)].tolist() == [255, 255, 255, 255]
    assert painted[at(96 + 12, 32)][3] > 128
    assert painted[at(96, 32)][3] == 0
    until(lambda: grey(page.locator(".pane").first)[at(96.5, 64)] > 240)
    assert grey(page.locator(".pane").first)[at(70, 70)] < 15
    assert place_of(page)[0] != scale, "it is magnified and not fitted"
