"""How a measurement reads on key images and in presentation states: as the viewer writes it (static/viewer/src/measuring/wording.ts); both
are tested with tests/imaging/viewer/readings.json."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import pgettext

from imaging.viewer.marking import LARGEST

DIGITS = {"s": 3, "mm": 1, "cm/s": 1}
ENVELOPE = {"vti": 1, "vmax": 1, "vmean": 1, "time": 3}
SQUARE_CM = 100
# By UCUM: how the value is called, and its unit as it is read.
SUVS = {"g/ml{SUVbw}": ("SUV bw", "g/ml"), "g/ml{SUVlbm}": ("SUV lbm", "g/ml"), "cm2/ml{SUVbsa}": ("SUV bsa", "cm²/ml")}


def lines_of(values: dict[str, Any]) -> list[str]:
    """The lines in which a reader reads `values`, as the viewer kept them; what is no number is passed over."""
    parts = (_ratio, _lengths, _angle, _area, _envelope, _axes, _grey_value, _grey_values, _uptake)
    return [line for part in parts for line in part(values) if line]


def after_report() -> str:
    """What stands below a measurement that came after the newest signed version."""
    return pgettext("below a measurement", "after the report")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: float, digits: int) -> str:
    if abs(value) > LARGEST:  # kept before readings had bounds
        return f"{value:.3g}".replace("-", "−")
    rounded = Decimal(value + 0).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{rounded or abs(rounded):f}".replace("-", "−")


def _unit(values: dict[str, Any], name: str, usual: str) -> tuple[str, str]:
    """The unit, and the words after a length at the detector."""
    plain, _, source = str(values.get(name) or usual).partition(" ")
    return plain, " " + pgettext("after a length", "(detector)") if source == "Proj" else ""


def _ratio(values: dict[str, Any]) -> list[str]:
    if not _is_number(values.get("ratio")):
        return []
    return [" ".join([pgettext("cardiothoracic ratio", "CTR"), _shown(values["ratio"], 2)])]


def _lengths(values: dict[str, Any]) -> list[str]:
    unit, after = _unit(values, "unit", "px")
    length, width, diameter = (
        _shown(values[name] * (10 if unit == "cm" else 1), 1) if _is_number(values.get(name)) else ""
        for name in ("length", "width", "diameter")
    )
    shown = "mm" if unit == "cm" else unit
    if length:
        return [f"{length} × {width} {shown}{after}" if width else f"{length} {shown}{after}"]
    return [f"Ø {diameter} {shown}{after}"] if diameter else []


def _angle(values: dict[str, Any]) -> list[str]:
    if not _is_number(values.get("angle")):
        return []
    beside = f" ({_shown(values['supplement'], 1)}°)" if _is_number(values.get("supplement")) else ""
    return [f"{_shown(values['angle'], 1)}°{beside}"]


def _area(values: dict[str, Any]) -> list[str]:
    if not _is_number(values.get("area")):
        return []
    unit, after = _unit(values, "areaUnit", "px²")
    if unit == "px²":
        return [f"{_shown(values['area'], 0)} px²"]
    square_mm = values["area"] * (SQUARE_CM if unit == "cm²" else 1)
    return [f"{_shown(square_mm / SQUARE_CM, 2)} cm²{after}" if square_mm >= 10 * SQUARE_CM else f"{_shown(square_mm, 1)} mm²{after}"]


def _axes(values: dict[str, Any]) -> list[str]:
    """Two directions of different kinds: time and velocity, time and depth."""
    if not _is_number(values.get("x")) or not _is_number(values.get("y")):
        return []
    units = {name: str(values.get(f"{name}Unit") or "") for name in ("y", "x")}
    return [f"{_shown(values[name], DIGITS.get(unit, 1))} {unit}" for name, unit in units.items()]


def _envelope(values: dict[str, Any]) -> list[str]:
    """Of a trace in a Doppler spectrum."""
    if not all(_is_number(values.get(name)) for name in ENVELOPE):
        return []
    vti, most, mean, time = (_shown(values[name], digits) for name, digits in ENVELOPE.items())
    words = pgettext("region of interest", "Max"), pgettext("region of interest", "Mean")
    return [f"VTI {vti} cm", f"{words[0]} {most} · {words[1]} {mean} cm/s", f"{time} s"]


def _grey(value: float, most: int) -> str:
    size = abs(value)
    return _shown(value, 0 if size >= 10 or value == int(value) else 1 if size >= 1 else most)


def _each(values: dict[str, Any], name: str) -> str:
    """One number, or one for each colour; nothing where something else was kept."""
    value = values.get(name)
    numbers: list[Any] = value if isinstance(value, list) else [value]
    # A thousandth of a Hounsfield unit says nothing; one of an uptake or an optical density does.
    most = 1 if values.get("modalityUnit") == "HU" else 3
    return " / ".join(_grey(number, most) for number in numbers) if all(map(_is_number, numbers)) else ""


def _after(values: dict[str, Any]) -> str:
    unit = str(values.get("modalityUnit") or "")
    return f" {unit}" if unit and unit != "raw" else ""


def _grey_value(values: dict[str, Any]) -> list[str]:
    said = _each(values, "value")
    return [f"{said}{_after(values)}"] if said else []


def _grey_values(values: dict[str, Any]) -> list[str]:
    mean, spread, least, most = (_each(values, name) for name in ("mean", "stdDev", "min", "max"))
    if not mean or not spread:
        return []
    ends = f"{least} … {most}{_after(values)}" if least and most else ""
    said = f"{mean} ± {spread}{_after(values)}"
    return [" ".join([pgettext("region of interest", "Mean"), said]), ends]


def _uptake(values: dict[str, Any]) -> list[str]:
    if (said := SUVS.get(str(values.get("suvUnit")))) is None:
        return []
    one, mean, most = (_shown(values[name], 2) if _is_number(values.get(name)) else "" for name in ("suv", "suvMean", "suvMax"))
    if not one and not (mean and most):
        return []
    word, largest = pgettext("region of interest", "Mean"), pgettext("region of interest", "Max")
    return [" ".join([said[0], one or f"{word} {mean} · {largest} {most}", said[1]])]
