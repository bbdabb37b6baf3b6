"""Sentences that the script of the light page shows."""

from django.utils.translation import gettext as _


def page_words() -> dict[str, str]:
    return {
        "light.number": _("{n} of {all}"),
        "light.numberSaid": _("Image {n} of {all}"),
        "light.reduced": _("Reduced, lossy"),
        "light.coarse": _("Coarse, more is coming"),
        "light.count": _("{n} images"),
        "light.oneImage": _("1 image"),
        "light.video": _("Video: opens by itself"),
        "light.document": _("Document: opens by itself"),
        "light.elsewhere": _("{n} further objects (measurements, segmentations) are shown in the whole viewer."),
        "light.play": _("Play"),
        "light.stop": _("Stop"),
        "light.measureHow": _("Draw a line with one finger. It is not kept."),
        "light.picture": _("{series}, image {n} of {all}"),
        "light.offline": _("No connection."),
        "light.offlineHint": _("Tried again by itself every few seconds."),
        "light.notShown": _("This image cannot be shown."),
        "light.notShownHint": _("It may be damaged. Go on to the next one; the others can be read."),
    }
