"""Sentences that the viewer's script says of objects."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def object_words() -> dict[str, str]:
    """Every entry that static/viewer/src/objects asks for; names in braces are filled in there."""
    return {**_kinds(), **_acts(), **_notes()}


def _kinds() -> dict[str, str]:
    return {
        "kind.keys": _("Key images"),
        "kind.presentation": _("Presentation state"),
        "kind.report": _("Structured report"),
        "kind.segmentation": _("Segmentation"),
        "kind.structures": _("Structure set"),
        "kind.dose": pgettext("of radiotherapy", "Dose"),
        "kind.waveform": _("Curves"),
    }


def _acts() -> dict[str, str]:
    return {
        "opened": _("{name} opened"),
        "documentShown": _("{name} shown"),
        "ownWindow": _("Open in a window of its own"),
        "whichDocument": _("Which document"),
        "readDocument": _("Read as a document"),
        "closeObject": _("Close {name}"),
        "previousPicture": _("Previous of its pictures"),
        "nextPicture": _("Next of its pictures"),
        "opacity": _("Opacity"),
        "outline": _("Outline only"),
        "hideAll": _("Hide all"),
        "showAll": _("Show all"),
        "colourOf": _("Colour of {name}"),
        "saving": _("Saving …"),
        "objectsSaved": _("{n} objects in the archive, version {version}"),
        "objectsNotSaved": _("Nothing was saved to the archive."),
    }


def _notes() -> dict[str, str]:
    return {
        "objectsCut": _("There are more in this series than are shown."),
        "picturesElsewhere": _("{n} of the pictures that it names are not here."),
        "pictureElsewhere": _("This picture is not here."),
        "noKeysOpen": _("No key images are open: choose them from the series list."),
        "videoFailed": _("This video cannot be played here."),
        "videoFailedHint": _("Its coding may be one that this browser does not know, or it is damaged."),
        "leftOut": _("Not applied: {parts}. The pictures may look other than its author saw them."),
        "leftOutTables": _("its tables, as the picture has one of its own"),
        "leftOutShape": _("the shape that it gives the pixels"),
        "leftOutSize": _("its true size, as that of the picture or of the screen is not known"),
        "otherFrameOfReference": _("It does not fit this series: it is in another frame of reference."),
        "otherDirection": _("It does not fit this series: its planes run in another direction."),
        "onPicturesOnly": _("It does not say where in the patient it lies: it is shown on its pictures only."),
        "overlayLost": _("What lies over the pictures could not be fetched."),
        "askAgain": _("Try again"),
        "noContours": _("no contours"),
        "doseHighest": _("{value} is 100 %"),
    }
