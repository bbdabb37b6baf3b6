"""How complete the images of an exam are, in plain sentences: for whoever reads it to know what they have before them."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imaging.archive.completeness import ImagesHere, ImagesState, SeriesHere

SERIES_NAMED = 4


def images_say(images: ImagesHere) -> list[str]:
    """What is here, what is not, and how that is known."""
    return [*_counted(images), *_why(images)]


def _counted(images: ImagesHere) -> Iterator[str]:
    whole = len(images.series) - len(images.incomplete_series)
    if images.lacking and images.series:
        values = {"here": whole, "all": len(images.series)}
        yield _("%(here)s of %(all)s series that the scanner reported are here whole.") % values
        yield from (_lacks(one) for one in images.incomplete_series[:SERIES_NAMED])
    elif images.lacking:
        yield _("%(held)s of the %(announced)s images that the scanner reported are here.") % {
            "held": images.held, "announced": images.announced,
        }  # fmt: skip
    elif images.announced:
        yield ngettext(
            "The one image that the scanner reported is here.",
            "All %(announced)s images that the scanner reported are here.",
            images.announced,
        ) % {"announced": images.announced}
        if more := max(0, images.held - images.announced):
            yield ngettext("%(more)s more is here that it did not report.", "%(more)s more are here that it did not report.", more) % {
                "more": more
            }
    elif images.held:
        yield _("%(held)s images are here; the scanner did not report how many it made.") % {"held": images.held}
    if images.corrected:
        yield _("%(images)s images were rejected or given elsewhere.") % {"images": images.corrected}


def _lacks(series: SeriesHere) -> str:
    values = {"images": series.lacking, "series": _named(series)}
    if not series.held:
        return ngettext("%(series)s is not here: %(images)s image.", "%(series)s is not here: %(images)s images.", series.lacking) % values
    return ngettext("%(series)s: %(images)s image is missing.", "%(series)s: %(images)s images are missing.", series.lacking) % values


def _named(series: SeriesHere) -> str:
    if series.number is None:
        return _("Series “%(name)s”") % {"name": series.description} if series.description else _("A series without a name")
    name = f" “{series.description}”" if series.description else ""
    return _("Series %(number)s%(name)s") % {"number": series.number, "name": name}


def _why(images: ImagesHere) -> Iterator[str]:
    if images.is_running:
        yield _("The scanner is still working on this exam.")
    if images.has_stopped:
        yield _stopped(images)
    if images.lacking and images.unsafe:
        yield _("The scanner asked whether its images are safe here and was told that these are not: it has to send them again.")
    elif images.state == ImagesState.MISSING and not images.has_stopped:
        yield _("The scanner has ended the exam and sends nothing more of it: these images did not come.")
    elif images.lacking and not images.is_running and not images.has_stopped:
        yield _("The scanner has ended the exam; these images have not come yet.")
    elif images.is_safe:
        yield _("The scanner has been told that they are safe (storage commitment).")
    elif images.state == ImagesState.NONE:
        yield _("No images have come in yet.")


def _stopped(images: ImagesHere) -> str:
    hours = settings.IMAGES_STOPPED_HOURS
    said = ngettext(
        "The scanner began this exam and never said that it ended; it has sent nothing for %(hours)s hour.",
        "The scanner began this exam and never said that it ended; it has sent nothing for %(hours)s hours.",
        hours,
    ) % {"hours": hours}
    return " ".join([said, _("Whether these are all is not known.")]) if images.held else said
