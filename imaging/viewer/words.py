"""Sentences that the viewer's script shows, translated here so that there is one catalogue."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from imaging.viewer.light.words import page_words
from imaging.viewer.objects.words import object_words
from imaging.viewer.readings import after_report
from imaging.viewer.volume_words import volume_words


def viewer_words() -> dict[str, str]:
    """Every entry that static/viewer asks for with `say(key)`; names in braces are filled in there."""
    return {**_pane_words(), **_problem_words(), **_act_words(), **_mark_words(), **_preset_words(), **object_words(), **volume_words()}


def light_words() -> dict[str, str]:
    """What the light page's script asks for: few, as they are sent over slow lines."""
    return {**_pane_words(), **_problem_words(), **_preset_words(), **page_words()}


def _pane_words() -> dict[str, str]:
    return {
        "loading": _("Fetching images …"),
        "kind.document": _("This is a document. It opens from the series list."),
        "kind.video": _("This is a video. It opens from the series list."),
        "kind.other": _("This object is no picture that can be shown by itself."),
        "emptyPane": _("Nothing hung here"),
        "emptyPaneHint": _("Drag a series here, or choose one from the list."),
        "border": _("Border between viewports"),
        "mostPanes": _("{n} viewports are the most."),
        "viewportName": _("Viewport {n}"),
        "hung": _("{series}, {n} images"),
        "hungOne": _("{series}, 1 image"),
        "where": _("{series}, image {n} of {all}"),
        "image": pgettext("viewer overlay", "Im"),
        "zoom": pgettext("viewer overlay", "Zoom"),
        "lossy": pgettext("viewer overlay", "Lossy"),
        "coarse": _("Coarse, still arriving: {n} %"),
        "uncalibrated": _("not calibrated: px"),
        "nameInImage": _("In the image: {name}"),
        "misread.name": _("The name in the image may be wrong: its character set is declared as {set}"),
        "misread.texts": _("Descriptions may be wrong: their character set is declared as {set}"),
        "misread.none": pgettext("character set", "none"),
        "doubt.place": _("Where the slice lies cannot be read"),
        "doubt.scale": _("Values as stored: their scale cannot be read"),
        "doubt.window": _("The window of the header cannot be used"),
        "atDetectorPlane": _("lengths at the detector"),
        "perhapsAtDetector": _("lengths perhaps at the detector"),
        "atDetector": pgettext("after a length", "(detector)"),
        "perhapsDetector": pgettext("after a length", "(perhaps at the detector)"),
        "magnified": _("magnification {n} taken off"),
        "ctr": pgettext("cardiothoracic ratio", "CTR"),
        "mean": pgettext("region of interest", "Mean"),
        "age.Y": pgettext("age in years", "{n} y"),
        "age.M": pgettext("age in months", "{n} mo"),
        "age.W": pgettext("age in weeks", "{n} wk"),
        "age.D": pgettext("age in days", "{n} d"),
        "seriesCount": _("{n} series"),
        "imagesIn": _("{here} of {all} images in"),
    }


def _problem_words() -> dict[str, str]:
    return {
        "stranger": _("These images name another patient, number {number}. They are not shown."),
        "strangersLeftOut": _("Images left out because they name another patient, number {number}: {n}"),
        "strangerHint": _("Do not read on from memory: tell the PACS administrator, who can correct where they belong."),
        "gone": _("These images are not in the archive any more."),
        "goneHint": _("Load the page again; if it stays so, tell the PACS administrator."),
        "noAccess": _("You may not see these images, or your session has ended."),
        "noAccessHint": _("Sign in again. Access to a protected patient is given by a radiologist."),
        "noServer": _("Lightbox does not answer."),
        "noServerHint": _("Check the network. What you measured is kept in this browser and sent later."),
        "serverRefused": _("The archive could not give this image."),
        "tellAdmin": _("Tell the PACS administrator"),
        "cannotDecode": _("This image cannot be decoded."),
        "cannotDecodeHint": _("It may be damaged. The other images can be read."),
        "noPixels": _("This series has no pictures."),
        "noPixelsHint": _("It may hold reports or measurements only."),
        "imagesMissing": _("{n} images could not be shown."),
        "graphicsLost": _("The graphics of this browser failed."),
        "graphicsLostHint": _("No picture is shown until the page is loaded again. What you measured is kept."),
        "decodersGone": _("The decoders of this browser do not run."),
        "decodersGoneHint": _("The server decodes instead, which is slower. Load the page again to try anew."),
        "noWebGl": _("This browser draws without graphics acceleration (WebGL)."),
        "noWebGlHint": _("Everything works, but slowly. Switch acceleration on in the browser's settings."),
        "noImages": _("This study has no pictures to show."),
        "noImagesHint": _("Images may still be on their way. Load the page again in a moment."),
        "noImagesOther": _("What came in are reports, plans or measurements, or objects without pixel data."),
        "noImagesDocument": _("Its documents and videos open from the series list."),
        "cannotStart": _("The viewer could not start."),
        "cannotStartHint": _("Load the page again. It needs a browser of the last three years."),
        "notSaved": _("Measurements are not saved yet."),
        "notSavedHint": _("They are kept in this browser and sent again by themselves."),
        "refusedMark": _("A measurement was not taken by the server."),
        "refusedMarkHint": _("Its picture is not here any more, or you may not change it. Measure again what you need."),
        "overtakenMark": _("A measurement that had waited here was changed since in another place."),
        "overtakenMarkHint": _("That newer one is kept, and shown if it belongs to these images."),
        "marksMissing": _("Earlier measurements could not be fetched. They are asked for again."),
        "recovered": _("Measurements that a closed window had not sent yet: {n}."),
        "recoveredHint": _("Check them: the last one may have been half drawn."),
        "storeFull": _("This browser can keep nothing more."),
        "storeFullHint": _("What you measure is kept only while this page is open, and sent as soon as Lightbox answers."),
        "noReport": _("There is no report to write here."),
        "noReportHint": _("The study belongs to no exam, or your role does not read reports."),
        "reportFailed": _("The report could not be fetched."),
    }


def _act_words() -> dict[str, str]:
    return {
        "popupsHeld": _("The browser held a window back."),
        "popupsHeldHint": _("Allow pop-up windows for this site in the address bar, and press again."),
        "screensOpened": _("Further windows: {n}"),
        "screensAgain": _("As the last time on this machine: {n}"),
        "headerMissing": _("The header could not be fetched."),
        "headerCount": _("Attributes: {n}"),
        "afresh": _("Begun afresh"),
        "syncOn": _("Scrolling linked"),
        "syncOff": _("Scrolling free"),
        "linesOn": _("Reference lines shown"),
        "linesOff": _("Reference lines hidden"),
        "chart": _("Histogram or profile"),
        "histogram": _("Histogram"),
        "profile": _("Profile"),
        "lineStart": pgettext("of a line", "Start"),
        "perSecond": pgettext("images a second", "{n} / s"),
        "smoothOn": _("Smooth between the pixels"),
        "smoothOff": _("Each pixel as it is"),
        "planesOn": _("Overlays shown"),
        "planesOff": _("Overlays hidden"),
        "shutterOn": _("Shutter on"),
        "shutterOff": _("Shutter off: all of the picture is shown"),
        "trueSize": _("As large as in the patient"),
        "trueSizeDetector": _("As large as at the detector"),
        "noTrueSize": _("The picture does not say how large it is."),
        "screenKept": _("Size of this screen kept"),
        "noPrior": _("There is no earlier study."),
        "mayNotMark": _("Your role does not mark key images."),
        "hungBy": _("Hung by: {name}"),
        "hungAsUsual": _("Hung as usual, without a hanging protocol"),
        "noHanging": _("No hanging protocol fits this study."),
        "mayNotArrange": _("Your role does not keep hanging protocols."),
        "emptyPaneUnsaved": _("A viewport is empty. Hang a series there or close it, then save the layout."),
        "keyKept": _("Key image kept"),
        "waitForWhole": _("Wait until the whole picture is here."),
        "keyNotKept": _("The key image was not kept."),
        "keyPressAgain": _("Lightbox does not answer. Press again with the same picture: it is kept once."),
        "keyOfReadStudy": _("Key images of volumes are kept of the study that is read, not of an earlier one."),
        "keyTakenBack": _("Key image taken back"),
        "keyNotTakenBack": _("The key image was not taken back."),
    }


def _mark_words() -> dict[str, str]:
    return {
        "undone": _("Taken back"),
        "nothingToUndo": _("There is nothing to take back."),
        "tooShort": _("Nothing drawn: press, move and let go."),
        "nothingHere": _("Nothing can be measured here with this tool."),
        "afterReport": after_report(),
        "afterSigning": _("The report is signed: what you measure now is not part of it."),
        "othersMark": _("Somebody else measured this: only they may change it."),
        "noMarks": _("Nothing is measured on this image."),
        "markChosen": _("{n} of {all}: {mark}"),
        "noneChosen": _("Choose a measurement first: click on it, or press the key for the next one."),
        "markRemoved": _("Measurement removed; undo brings it back"),
        "notYours": _("Only who made a measurement may remove it."),
        "noWordsChosen": _("No note and no arrow is chosen."),
        "cleared": _("{n} measurements removed from this image"),
    }


def _preset_words() -> dict[str, str]:
    return {
        "preset.lung": pgettext("window preset", "Lung"),
        "preset.mediastinum": pgettext("window preset", "Mediast."),
        "preset.bone": pgettext("window preset", "Bone"),
        "preset.brain": pgettext("window preset", "Brain"),
        "preset.stroke": pgettext("window preset", "Stroke"),
        "preset.abdomen": pgettext("window preset", "Abdomen"),
        "preset.liver": pgettext("window preset", "Liver"),
        "preset.angio": pgettext("window preset", "Angio"),
        "preset.stored": pgettext("window preset", "As sent"),
        "preset.softer": pgettext("window preset", "Softer"),
        "preset.harder": pgettext("window preset", "Harder"),
    }
