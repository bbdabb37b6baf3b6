"""The tool bar as data: what each button does (an act of the viewer's script), its icon, its key, and its group."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Button:
    act: str
    icon: str
    label: str | Promise
    key: str
    hint: str | Promise
    holds: bool = False
    """Whether it stays pressed: a tool of the left mouse button, or something switched on."""

    @property
    def key_text(self) -> str:
        """The key as it is written on a page."""
        return "+".join(KEY_SIGNS.get(part, part.capitalize()) for part in self.key.split("+"))


KEY_SIGNS = {"arrowright": "→", "arrowdown": "↓", "delete": "Del", "enter": "↵"}


@dataclass(frozen=True)
class Family:
    """Buttons of one kind: the last used one stands in front, the others are in its menu."""

    name: str
    label: str | Promise
    buttons: tuple[Button, ...]
    picker: bool = False
    """Whether its menu has the grid from which a layout is picked."""
    steady: bool = False
    """Whether its first button stays in front."""


MOVE = (
    Button("scroll", "arrow-up-down", pgettext_lazy("viewer tool", "Scroll"), "s", _("Scroll through the images"), True),
    Button("window", "contrast", pgettext_lazy("viewer tool", "Window"), "w", _("Brightness and contrast"), True),
    Button("pan", "move", pgettext_lazy("viewer tool", "Pan"), "m", _("Move the picture"), True),
    Family("zoom", _("Zoom and size"), (
        Button("zoom", "zoom-in", pgettext_lazy("viewer tool", "Zoom"), "z", pgettext_lazy("viewer act", "Zoom"), True),
        Button("lens", "scan-search", pgettext_lazy("viewer tool", "Lens"), "shift+z", _("Magnifying glass: hold the left button"), True),
        Button("fit", "maximize", pgettext_lazy("viewer tool", "Fit"), "shift+f", _("All of the picture")),
        Button("actual", "grid-3x3", pgettext_lazy("viewer tool", "1 : 1"), "0", _("One pixel of the picture on one of the screen")),
        Button("true-size", "ruler", pgettext_lazy("viewer tool", "True size"), "shift+t", _("As large as in the patient")),
        Button("screen-size", "monitor", pgettext_lazy("viewer tool", "Screen"), "", _("Measure this screen for true size")),
    )),
)  # fmt: skip
MEASURE = (
    Family("lengths", _("Lengths"), (
        Button("length", "ruler", pgettext_lazy("viewer tool", "Length"), "l", _("Measure a length"), True),
        Button("diameters", "move-diagonal", pgettext_lazy("viewer tool", "2-D size"), "shift+l", _("Two diameters at right angles"), True),
        Button("ctr", "heart-pulse", pgettext_lazy("viewer tool", "CTR"), "shift+c",
               _("Cardiothoracic ratio: a line over the heart, one over the chest"), True),
    )),
    Family("angles", _("Angles"), (
        Button("angle", "triangle-right", pgettext_lazy("viewer tool", "Angle"), "a", _("Measure an angle"), True),
        Button("cobb", "axis-3d", pgettext_lazy("viewer tool", "Cobb"), "shift+a", _("Cobb angle: a line for each end plate"), True),
    )),
    Family("regions", _("Regions"), (
        Button("ellipse", "circle-dashed", pgettext_lazy("viewer tool", "ROI"), "o", _("Ellipse: area and values"), True),
        Button("circle", "circle", pgettext_lazy("viewer tool", "Circle"), "shift+o", _("Circle: area and values"), True),
        Button("rectangle", "square-dashed", pgettext_lazy("viewer tool", "Box"), "b", _("Rectangle: area and values"), True),
        Button("freehand", "lasso", pgettext_lazy("viewer tool", "Freehand"), "d", _("Draw a region by hand"), True),
        Button("spline", "spline", pgettext_lazy("viewer tool", "Spline"), "shift+d",
               _("Smooth region through points; close it at the first"), True),
        Button("livewire", "magnet", pgettext_lazy("viewer tool", "Livewire"), "q",
               _("Region that clings to edges; close it at the first point"), True),
    )),
    Family("points", _("Points and notes"), (
        Button("probe", "pipette", pgettext_lazy("viewer tool", "Probe"), "v", _("Value at a point"), True),
        Button("suv", "radiation", "SUV", "", _("SUV of PET: by body weight, lean mass or body surface")),
        Button("arrow", "move-up-right", pgettext_lazy("viewer tool", "Arrow"), "shift+m", _("Arrow with words"), True),
        Button("note", "type", pgettext_lazy("viewer tool", "Note"), "shift+n", _("Words on the picture"), True),
    )),
    Button("chart", "chart-area", pgettext_lazy("viewer tool", "Chart"), "c", _("Histogram of a region, profile of a length"), True),
    Family("removal", _("Remove and undo"), (
        Button("clear", "trash-2", pgettext_lazy("viewer tool", "Clear"), "", _("Remove my measurements from this image")),
        Button("undo", "undo-2", pgettext_lazy("viewer tool", "Undo"), "ctrl+z", _("Take back what was done last to measurements")),
    ), steady=True),
)  # fmt: skip
TURN = (
    Family("turns", _("Turn and mirror"), (
        Button("rotate", "rotate-cw", pgettext_lazy("viewer tool", "Rotate"), "r", _("Turn by 90°")),
        Button("rotate-back", "rotate-ccw", pgettext_lazy("viewer tool", "Back"), "shift+r", _("Turn back by 90°")),
        Button("flip", "flip-horizontal-2", pgettext_lazy("viewer tool", "Flip"), "h", _("Mirror left and right")),
        Button("flip-vertical", "flip-vertical-2", pgettext_lazy("viewer tool", "Flip"), "shift+h", _("Mirror top and bottom")),
    )),
    Family("looks", _("Look of the picture"), (
        Button("invert", "blend", pgettext_lazy("viewer tool", "Invert"), "i", _("Swap black and white")),
        Button("smooth", "sun-moon", pgettext_lazy("viewer tool", "Smooth"), "shift+s",
               _("Smooth between the pixels, or each as it is"), True),
        Button("shutter", "square-dashed", pgettext_lazy("viewer tool", "Shutter"), "shift+x",
               _("Cover what the object wants covered, or show it"), True),
        Button("planes", "layers", pgettext_lazy("viewer tool", "Overlay"), "shift+p", _("Drawings that came with the object"), True),
        Button("colours-grey", "palette", pgettext_lazy("viewer tool", "Grey"), "", _("Grey, as usual")),
        Button("colours-hot-iron", "palette", pgettext_lazy("viewer tool", "Hot iron"), "", _("Colours of hot iron")),
        Button("colours-pet", "palette", pgettext_lazy("viewer tool", "PET"), "", _("Colours for PET")),
        Button("colours-rainbow", "palette", pgettext_lazy("viewer tool", "Rainbow"), "", _("Colours of the rainbow")),
    )),
    Button("reset", "refresh-cw", pgettext_lazy("viewer tool", "Reset"), "x", _("Window, zoom and turn as at first")),
)  # fmt: skip
LAYOUT = (
    Button("layout-1x1", "square", pgettext_lazy("viewer tool", "1 × 1"), "", _("One viewport"), True),
    Button("layout-2x2", "grid-2x2", pgettext_lazy("viewer tool", "2 × 2"), "", _("Four viewports"), True),
    Family(
        "layouts",
        _("Layouts"),
        (
            Button("layout-1x2", "columns-2", pgettext_lazy("viewer tool", "1 × 2"), "", _("Two viewports side by side"), True),
            Button(
                "split-right",
                "square-split-horizontal",
                pgettext_lazy("viewer tool", "Split"),
                "shift+arrowright",
                _("One more viewport beside this one"),
            ),
            Button(
                "split-below",
                "square-split-vertical",
                pgettext_lazy("viewer tool", "Split"),
                "shift+arrowdown",
                _("One more viewport under this one"),
            ),
            Button(
                "join",
                "circle-x",
                pgettext_lazy("viewer tool", "Join"),
                "shift+delete",
                _("Close this viewport; its neighbours take its place"),
            ),
            Button(
                "alone",
                "maximize",
                pgettext_lazy("viewer tool", "Alone"),
                "enter",
                _("This viewport alone, and back (also double click)"),
                True,
            ),
            Button("hang-save", "save", pgettext_lazy("viewer tool", "Layout"), "shift+k", _("Save this layout as a hanging protocol")),
            Button(
                "hang-next", "grid-2x2", pgettext_lazy("viewer tool", "Hang"), "shift+v", _("Next hanging protocol that fits, at last none")
            ),
            Button("hang-usual", "undo-2", pgettext_lazy("viewer tool", "As usual"), "shift+b", _("Without a hanging protocol")),
        ),
        picker=True,
    ),
    Button("cine", "play", pgettext_lazy("viewer tool", "Cine"), "space", _("Play the images"), True),
    Button("sync", "link-2", pgettext_lazy("viewer tool", "Sync"), "y", _("Scroll all viewports to the same place"), True),
    Button("lines", "scan-line", pgettext_lazy("viewer tool", "Lines"), "e", _("Show where the slices cut each other"), True),
)
VOLUME = (
    Family("volumes", _("Planes and volumes"), (
        Button("mpr", "box", pgettext_lazy("viewer tool", "MPR"), "u", _("Cut the series in three planes"), True),
        Button("solid", "rotate-3d", pgettext_lazy("viewer tool", "3D"), "shift+u",
               _("See the series from outside (volume rendering)"), True),
        Button("fusion", "layers", pgettext_lazy("viewer tool", "Fusion"), ";", _("Lay PET over CT or MR"), True),
    )),
    Family("comparing", _("Comparison"), (
        Button("compare", "columns-3", pgettext_lazy("viewer tool", "Compare"), ",",
               _("The prior that fits best beside it, scrolled together")),
        Button("flicker", "arrow-left-right", pgettext_lazy("viewer tool", "Flicker"), "j",
               _("Two viewports in one place, one after the other"), True),
        Button("cursor", "locate-fixed", pgettext_lazy("viewer tool", "3D point"), ".",
               _("Press on a point: all series of the same scan show it"), True),
    )),
)  # fmt: skip
KEEP = (
    Button("key", "star", pgettext_lazy("viewer tool", "Key im."), "k", _("Keep this picture for the report")),
    Family(
        "objects",
        _("Objects and headers"),
        (
            Button(
                "save-objects",
                "archive",
                pgettext_lazy("viewer tool", "Save"),
                "",
                _("Save key images, views and measurements to the archive"),
            ),
            Button("header", "file-text", pgettext_lazy("viewer tool", "Header"), "shift+i", _("DICOM header of this image")),
        ),
        steady=True,
    ),
    Button("full", "maximize", pgettext_lazy("viewer tool", "Full"), "f", _("Full screen")),
    Button("panel", "panel-right", pgettext_lazy("viewer tool", "Report"), "", _("Show or hide the report")),
)
GRID_SIDES = range(1, 5)
TOOLBAR: tuple[tuple[Button | Family, ...], ...] = (MOVE, MEASURE, TURN, LAYOUT, VOLUME, KEEP)

# Acts without a button, with their keys.
PLAIN: tuple[tuple[str, str, str | Promise], ...] = (
    ("prior-next", "p", _("Next prior")),
    ("key-next", ">", _("Next key image")),
    ("key-previous", "<", _("Previous key image")),
    ("mark-next", "'", _("Choose the next measurement on this image")),
    ("mark-words", "f2", _("Change the words of the chosen note or arrow")),
    ("shift-back", "[", _("Linked: shift this viewport back against the others")),
    ("shift-on", "]", _("Linked: shift this viewport on against the others")),
    ("text", "t", _("Hide or show the text over the pictures")),
    ("zoom-in", "+", _("Zoom in")),
    ("zoom-out", "-", _("Zoom out")),
)

# Keys that are always the same, listed with the others under "?".
MORE_KEYS = (
    ("arrowdown arrowup", _("Next, previous image")),
    ("pagedown pageup", _("Ten images on, back")),
    ("home end", _("First, last image")),
    ("arrowright arrowleft", _("Next, previous series")),
    ("escape", _("End what is being drawn; from the report, a menu or a field to the images; out of MPR, 3D and fusion")),
    ("alt+1 alt+2 alt+3", _("To the series, the images, the report")),
    ("delete backspace", _("Remove the chosen measurement")),
    ("/", _("Say which series and image this is")),
    ("1 … 9", _("Window presets")),
)
