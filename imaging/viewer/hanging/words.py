"""Hanging protocols in plain words."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from imaging.viewer.hanging.rules import Look, PaneRule, SeriesRule, StudyRule

Said = dict[str, str | Promise]
REGION_SAID: Said = {
    "head": pgettext_lazy("region", "Head"), "neck": pgettext_lazy("region", "Neck"), "chest": pgettext_lazy("region", "Chest"),
    "heart": pgettext_lazy("region", "Heart"), "breast": pgettext_lazy("region", "Breast"), "abdomen": pgettext_lazy("region", "Abdomen"),
    "pelvis": pgettext_lazy("region", "Pelvis"), "spine": pgettext_lazy("region", "Spine"), "arm": pgettext_lazy("region", "Arm"),
    "leg": pgettext_lazy("region", "Leg"),
}  # fmt: skip
PLANE_SAID: Said = {
    "axial": pgettext_lazy("plane", "axial"), "coronal": pgettext_lazy("plane", "coronal"),
    "sagittal": pgettext_lazy("plane", "sagittal"), "oblique": pgettext_lazy("plane", "oblique"),
}  # fmt: skip
SIDE_SAID: Said = {"L": pgettext_lazy("side", "left"), "R": pgettext_lazy("side", "right"), "B": pgettext_lazy("side", "both sides")}
PRESET_SAID: Said = {
    "lung": pgettext_lazy("window preset", "Lung"), "mediastinum": pgettext_lazy("window preset", "Mediast."),
    "bone": pgettext_lazy("window preset", "Bone"), "brain": pgettext_lazy("window preset", "Brain"),
    "stroke": pgettext_lazy("window preset", "Stroke"), "abdomen": pgettext_lazy("window preset", "Abdomen"),
    "liver": pgettext_lazy("window preset", "Liver"), "angio": pgettext_lazy("window preset", "Angio"),
}  # fmt: skip
CONTRAST_SAID: Said = {"with": gettext_lazy("with contrast"), "without": gettext_lazy("without contrast")}
ROOM_SAID: Said = {
    "mpr": gettext_lazy("Three planes (MPR)"),
    "solid": gettext_lazy("Volume (3D)"),
    "fusion": gettext_lazy("PET over CT or MR"),
}
SLAB_SAID: Said = {
    "thin": gettext_lazy("Thin"), "mip": gettext_lazy("Maximum (MIP)"), "minip": gettext_lazy("Minimum (MinIP)"),
    "mean": pgettext_lazy("slab", "Mean"),
}  # fmt: skip
START_SAID: Said = {
    "first": gettext_lazy("First image"), "middle": gettext_lazy("Middle image"), "last": gettext_lazy("Last image"),
}  # fmt: skip
COLOURS_SAID: Said = {
    "grey": pgettext_lazy("viewer tool", "Grey"), "hot-iron": pgettext_lazy("viewer tool", "Hot iron"),
    "pet": pgettext_lazy("viewer tool", "PET"), "rainbow": pgettext_lazy("viewer tool", "Rainbow"),
}  # fmt: skip
FUSION_SAID: Said = {"hot": COLOURS_SAID["hot-iron"], "rainbow": COLOURS_SAID["rainbow"], "grey": COLOURS_SAID["grey"]}
UPTAKE_SAID: Said = {
    "bw": gettext_lazy("by body weight"), "lbm": gettext_lazy("by lean mass"), "bsa": gettext_lazy("by body surface"),
}  # fmt: skip
SOLID_SAID: Said = {
    "bone": pgettext_lazy("volume rendering", "Bone"), "vessels": pgettext_lazy("volume rendering", "Vessels"),
    "lung": pgettext_lazy("volume rendering", "Lung"), "soft": pgettext_lazy("volume rendering", "Soft tissue"),
    "muscle": pgettext_lazy("volume rendering", "Muscle"), "mip": pgettext_lazy("volume rendering", "Maximum (MIP)"),
    "mr": pgettext_lazy("volume rendering", "MR"), "angio": pgettext_lazy("volume rendering", "MR angiography"),
    "brain": pgettext_lazy("volume rendering", "Brain"),
}  # fmt: skip
PRIOR_SAID: Said = {"with": gettext_lazy("with a prior"), "without": gettext_lazy("without a prior")}


def _listed(parts: list[str]) -> str:
    return pgettext("between parts of a list", ", ").join(part for part in parts if part)


def _quoted(words: tuple[str, ...]) -> str:
    return " ".join(_("“%(word)s”") % {"word": word} for word in words)


def studies_said(rule: StudyRule) -> str:
    """For which studies a protocol is."""
    regions = " / ".join(str(REGION_SAID[one]) for one in rule.regions)
    parts = [
        " + ".join(rule.modalities), regions, _quoted(rule.words), str(SIDE_SAID.get(rule.laterality, "")),
        span_said(rule.least_series, rule.most_series, _("series")), str(PRIOR_SAID.get(rule.prior, "")),
    ]  # fmt: skip
    return _listed(parts) or _("every study")


def series_said(rule: SeriesRule) -> str:
    """Which series is meant."""
    parts = [
        rule.modality, str(SIDE_SAID.get(rule.laterality, "")), rule.view, str(PLANE_SAID.get(rule.plane, "")),
        _quoted(rule.words), _("not %(words)s") % {"words": _quoted(rule.without)} if rule.without else "",
        str(CONTRAST_SAID.get(rule.contrast, "")), span_said(rule.thinnest, rule.thickest, "mm"),
        span_said(rule.least_images, rule.most_images, _("images")), _("scout") if rule.scout else "",
    ]  # fmt: skip
    return _listed([_listed(parts) or _("any series"), _nth_said(rule.nth)])


def _nth_said(nth: int) -> str:
    if nth == 1:
        return ""
    return _("the last of them") if nth < 0 else _("number %(n)s of them") % {"n": nth}


def pane_said(rule: PaneRule) -> str:
    """What a viewport shows."""
    of = "" if rule.prior == 0 else _("the prior") if rule.prior == 1 else _("prior no. %(n)s") % {"n": rule.prior}
    return _listed([of, series_said(rule.series[0]), look_said(rule.look)])


def look_said(look: Look) -> str:
    """How it is first shown, as far as that is not as usual."""
    own = f"W {look.width:g} L {look.centre:g}" if look.window == "own" else ""
    parts = [
        str(PRESET_SAID.get(look.window, "")), own, f"{look.rotation}°" if look.rotation else "",
        _("mirrored") if look.flip or look.flip_vertical else "", _("inverted") if look.invert else "",
        f"{look.zoom:g} ×" if look.zoom != 1 else "", str(COLOURS_SAID[look.colours]) if look.colours != "grey" else "",
        str(START_SAID[look.start]) if look.start != "first" else "", _("plays") if look.cine else "",
        "" if look.smooth else _("not smoothed"),
    ]  # fmt: skip
    return _listed(parts)


def panes_said(count: int) -> str:
    return ngettext("%(n)s viewport", "%(n)s viewports", count) % {"n": count}


def span_said(low: float, high: float, unit: str) -> str:
    """From and to; nothing where neither is said."""
    if low and high:
        return _("%(low)s to %(high)s %(unit)s") % {"low": f"{low:g}", "high": f"{high:g}", "unit": unit}
    if low:
        return _("from %(low)s %(unit)s") % {"low": f"{low:g}", "unit": unit}
    return _("up to %(high)s %(unit)s") % {"high": f"{high:g}", "unit": unit} if high else ""
