"""C-STORE of a step's pictures, series by series over one association."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from pydicom import dcmread
from pydicom.uid import UID
from pynetdicom.presentation import PresentationContext, build_context

from demo import clock
from demo.dicom.association import associated, check
from demo.dicom.identity import PerformedSeries, PerformedStep, take_over

HEADER_ONLY = ["SOPClassUID"]


def contexts(templates: Iterable[list[Path]]) -> list[PresentationContext]:
    """One presentation context for each pair of SOP class and transfer syntax; a series has only one."""
    pairs: set[tuple[UID, UID]] = set()
    for files in templates:
        first = dcmread(files[0], stop_before_pixels=True, specific_tags=HEADER_ONLY)
        pairs.add((first.SOPClassUID, first.file_meta.TransferSyntaxUID))
    return [build_context(sop_class, syntax) for sop_class, syntax in sorted(pairs)]


def store(
    step: PerformedStep, templates: list[list[Path]], limit: int | None = None, pause: Callable[[], None] | None = None
) -> list[PerformedSeries]:
    """Send the series (of each at most `limit` images, with `pause` before each) and tell what was sent. Raises DicomFailure."""
    done: list[PerformedSeries] = []
    if not templates:
        return done
    with associated(step.station, contexts(templates)) as assoc:
        for number, files in enumerate(templates, start=1):
            series = PerformedSeries(number)
            done.append(series)
            for file in files[:limit]:
                if pause:
                    pause()
                status = assoc.send_c_store(take_over(file, step, series, clock.now()))
                check("C-STORE", status)
    return done


def paced(seconds: float) -> Callable[[], None]:
    """A pause that keeps a scanner's pace."""
    return lambda: time.sleep(seconds)
