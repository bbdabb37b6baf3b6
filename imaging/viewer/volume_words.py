"""Sentences of the viewer's volume room: planes, refusals with their reasons, uptake values, comparison."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def volume_words() -> dict[str, str]:
    return {**_room_words(), **_refusals(), **_uptake_words(), **_compare_words()}


def _room_words() -> dict[str, str]:
    return {
        "view.axial": pgettext("plane", "Axial"),
        "view.coronal": pgettext("plane", "Coronal"),
        "view.sagittal": pgettext("plane", "Sagittal"),
        "view.oblique": pgettext("plane", "Oblique"),
        "view.solid": pgettext("plane", "Volume rendering"),
        "view.through": pgettext("plane", "Maximum through the body"),
        "opened.mpr": _("Three planes. Drag the crosshair, turn its lines by their handles."),
        "opened.solid": _("Drag to turn, right button to zoom."),
        "opened.fusion": _("PET over the anatomy. The slider blends."),
        "noWindowInSolid": _("A volume is shown by its own presets, over the picture; windows are for images and planes."),
        "notInRoom": _("Not while the volume is open. Escape leads back to the images."),
        "planeMarks": _("Your role keeps no measurements: on cut planes they stay until the volume is closed."),
        "planeMarksKept": _("Measurements on cut planes are kept with the series."),
        "planesCleared": _("{n} measurements removed from the planes"),
        "measuredBy": _("Measured by {name}"),
        "frameElsewhere": _("No series here is a volume in the frame of reference of this measurement."),
        "volumeLoading": _("Fetching the volume: {here} of {all} images"),
        "slowDrawing": _("No graphics card draws here: the picture is small, and takes a moment."),
        "phaseOf": _("phase {n} of {all}"),
        "thinned": _("one slice in {n} only"),
        "slab.mip": pgettext("slab", "MIP"),
        "slab.minip": pgettext("slab", "MinIP"),
        "slab.mean": pgettext("slab", "Mean"),
        "most": pgettext("region of interest", "Max"),
        "peak": pgettext("uptake in a ball of one cubic centimetre", "Peak"),
        "counts": pgettext("unit", "counts"),
        "solid.bone": pgettext("volume rendering", "Bone"),
        "solid.vessels": pgettext("volume rendering", "Vessels"),
        "solid.lung": pgettext("volume rendering", "Lung"),
        "solid.soft": pgettext("volume rendering", "Soft tissue"),
        "solid.muscle": pgettext("volume rendering", "Muscle"),
        "solid.mip": pgettext("volume rendering", "Maximum (MIP)"),
        "solid.mr": pgettext("volume rendering", "MR"),
        "solid.angio": pgettext("volume rendering", "MR angiography"),
        "solid.brain": pgettext("volume rendering", "Brain"),
        "cropFrom": _("Crop from {side}"),
    }


def _refusals() -> dict[str, str]:
    return {
        "noVolume.noWebGl2": _("This browser draws without WebGL 2, which volumes need. The images themselves can be read."),
        "noVolume.noPicture": _("There are no images in this viewport to make a volume of."),
        "noVolume.few": _("A volume needs at least three slices at different places; there are {n}."),
        "noVolume.colour": _("Colour pictures are not cut: they have no measured values."),
        "noVolume.noPlace": _("The images do not say where in the patient they lie."),
        "noVolume.noSpacing": _("The images do not say how large a pixel is."),
        "noVolume.frame": _("The images lie in different frames of reference: the patient may have moved between them."),
        "noVolume.orientation": _("The slices lie in different directions."),
        "noVolume.size": _("The slices have different sizes or pixel spacings."),
        "noVolume.twice": _("At some places there are more images than at others."),
        "noVolume.uneven": _("The slices are unevenly spaced, {from} to {to} mm apart: a slice may be missing. Distances would be wrong."),
        "noVolume.tilt": _("The slices are sheared by {n}°, as with a tilted gantry. Angles and distances would be wrong."),
        "noVolume.tooLarge": _("This series does not fit into this browser's memory."),
        "noVolume.side": _("The images are {side} pixels wide or high; the graphics of this computer take volumes of at most {most}."),
        "noVolume.slices": _("There are {n} slices; the graphics of this computer take volumes of at most {most}."),
        "noVolume.memory": _("All {n} slices do not fit into this browser's memory."),
        "everyNth": _("Take one slice in {n}: {left} slices"),
        "everyNthHint": _("Small things may fall between the slices that are taken."),
        "noVolume.notFusible": _("Fusion lays PET or SPECT over CT or MR. Choose one of these series."),
        "noVolume.noPartner": _("This study has no series to fuse with this one: one has to be PET or SPECT, one CT or MR."),
        "noVolume.otherFrame": _("No series of the other kind is a volume in the same frame of reference. Fused pictures would not match."),
    }


def _uptake_words() -> dict[str, str]:
    return {
        "suv.by.bw": _("SUV by body weight"),
        "suv.by.lbm": _("SUV by lean mass"),
        "suv.by.bsa": _("SUV by body surface"),
        "suv.none": _("No SUV:"),
        "suv.notPet": _("this is not PET."),
        "suv.mixedUnits": _("the images have different units."),
        "suv.units": _("the unit of the values is not known."),
        "suv.weight": _("the patient's weight is missing."),
        "suv.height": _("the patient's height is missing."),
        "suv.sex": _("the patient's sex is needed for the lean mass."),
        "suv.lean": _("weight and height give no lean mass."),
        "suv.attenuation": _("the values are not corrected for attenuation."),
        "suv.decay": _("the values are not corrected for decay in a known way."),
        "suv.drug": _("nothing is said about the radiopharmaceutical."),
        "suv.dose": _("the injected dose is missing."),
        "suv.halfLife": _("the half-life is missing."),
        "suv.injection": _("the time of injection is missing."),
        "suv.injectionLater": _("the injection is said to be after the scan, or more than a day before."),
        "suv.acquired": _("the time of acquisition is missing."),
        "suv.start": _("the start of the scan is not known: the series was made later than its images."),
        "suv.storedKind": _("the values are uptake values of another kind."),
        "suv.counts": _("the values are counts, without the maker's factor."),
    }


def _compare_words() -> dict[str, str]:
    return {
        "linkFirst": _("Link the viewports first (Sync), then shift one against the others."),
        "shifted": _("Shifted by {n} mm"),
        "flickerOn": _("Flicker: press again to stop"),
        "flickerNeedsTwo": _("Flicker needs two viewports with images."),
        "cursorOn": _("3D point: press or drag on a picture"),
        "cursorOff": _("3D point off"),
        "cursorNoFrame": _("These images name no frame of reference: the point cannot be found in others."),
    }
