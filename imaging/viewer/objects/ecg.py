"""Curves of a waveform object (PS3.3 A.34, C.10.9) on paper: 25 mm a second, 10 mm a millivolt."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _
from pydicom.dataset import Dataset

from imaging.common.errors import InvalidInput
from imaging.viewer.objects.head import code_of, items, meaning, numbers, text

MM_PER_SECOND, MM_PER_MILLIVOLT = 25.0, 10.0
MOST_SECONDS, MOST_CHANNELS, MOST_SAMPLES_A_SECOND = 60.0, 64, 10_000.0
# Of all curves together: twelve leads of a minute, a thousand times a second. And what a device says of them.
MOST_POINTS, MOST_SAID = 720_000, 500
ROW_MM, MARGIN_MM, STRIP_SECONDS = 30.0, 5.0, 2.5
MILLIVOLTS = {"uV": 0.001, "mV": 1.0, "V": 1000.0}
SAMPLES = {("SS", 16): "<i2", ("US", 16): "<u2", ("SB", 8): "i1", ("UB", 8): "u1", ("SL", 32): "<i4", ("UL", 32): "<u4"}
# Three rows of four leads, each row 10 s, and lead II below over all of them.
STANDARD = (("I", "aVR", "V1", "V4"), ("II", "aVL", "V2", "V5"), ("III", "aVF", "V3", "V6"))
LEADS = frozenset(lead for row in STANDARD for lead in row)
RHYTHM = "II"


@dataclass(frozen=True)
class Channel:
    """One lead: its values in `unit`, so many of them a second."""

    label: str
    values: np.ndarray
    rate: float
    unit: str

    @property
    def lead(self) -> str:
        return self.label.replace("Lead ", "").replace("(Einthoven)", "").strip()

    @property
    def seconds(self) -> float:
        return len(self.values) / self.rate


@dataclass(frozen=True)
class Curve:
    """A piece of a lead on the paper: where its name stands, and its points in millimetres."""

    label: str
    x: float
    y: float
    points: str


@dataclass(frozen=True)
class Paper:
    width: float
    height: float
    curves: list[Curve]
    gain: str
    is_cut: bool
    filters: str


def channels_of(ds: Dataset) -> list[Channel]:
    """The leads of the first group: rhythm comes before what a device averaged. Raises InvalidInput when there is none to draw."""
    group = next(iter(items(ds, "WaveformSequence")), None)
    if group is None:
        raise InvalidInput(_("This object holds no curve."))
    count, rate = int(group.NumberOfWaveformChannels), float(group.SamplingFrequency)
    layout = SAMPLES.get((text(group, "WaveformSampleInterpretation"), int(group.WaveformBitsAllocated)))
    if layout is None or not 0 < count <= MOST_CHANNELS or not 0 < rate <= MOST_SAMPLES_A_SECOND:
        raise InvalidInput(_("The curves of this object are of a kind that cannot be drawn here."))
    at_once = count * np.dtype(layout).itemsize
    drawn = min(len(group.WaveformData) // at_once, int(MOST_SECONDS * rate))
    samples = np.frombuffer(group.WaveformData, layout, drawn * count).reshape(-1, count)
    defined = items(group, "ChannelDefinitionSequence")
    if len(defined) != count or not len(samples):
        raise InvalidInput(_("This object does not say what its curves are."))
    return [_channel(item, samples[:, at], rate) for at, item in enumerate(defined)]


def _channel(item: Dataset, samples: np.ndarray, rate: float) -> Channel:
    factor = (numbers(item, "ChannelSensitivity") or [1.0])[0] * (numbers(item, "ChannelSensitivityCorrectionFactor") or [1.0])[0]
    baseline = (numbers(item, "ChannelBaseline") or [0.0])[0]
    unit = code_of(item, "ChannelSensitivityUnitsSequence")
    values = samples.astype(np.float64) * factor + baseline
    if unit in MILLIVOLTS:
        values, unit = values * MILLIVOLTS[unit], "mV"
    label = meaning(item, "ChannelSourceSequence") or text(item, "ChannelLabel")
    return Channel(label, values, rate, unit)


def paper_of(ds: Dataset, *, in_rows: bool = False) -> Paper:
    """The curves laid out: twelve leads in three rows and a rhythm strip, anything else a row for each. Raises InvalidInput."""
    channels = channels_of(ds)
    by_lead = {channel.lead: channel for channel in channels if channel.unit == "mV"}
    is_standard = by_lead.keys() >= LEADS
    curves = list(_standard(by_lead)) if is_standard and not in_rows else list(_rows(channels))
    seconds = 4 * STRIP_SECONDS if is_standard and not in_rows else max(channel.seconds for channel in channels)
    rows = len(STANDARD) + 1 if is_standard and not in_rows else len(channels)
    group = items(ds, "WaveformSequence")[0]
    total = int(group.NumberOfWaveformSamples) / channels[0].rate
    return Paper(
        width=seconds * MM_PER_SECOND + 2 * MARGIN_MM, height=rows * ROW_MM + 2 * MARGIN_MM, curves=curves, gain=_gain(channels),
        is_cut=total > seconds + 0.01 and not (is_standard and not in_rows), filters=_filters(group),
    )  # fmt: skip


def _standard(by_lead: dict[str, Channel]) -> Iterator[Curve]:
    for row, leads in enumerate(STANDARD):
        for column, lead in enumerate(leads):
            yield _curve(by_lead[lead], row, column * STRIP_SECONDS, STRIP_SECONDS)
    yield _curve(by_lead[RHYTHM], len(STANDARD), 0, 4 * STRIP_SECONDS)


def _rows(channels: list[Channel]) -> Iterator[Curve]:
    for row, channel in enumerate(channels):
        yield _curve(channel, row, 0, channel.seconds, MOST_POINTS // max(len(channels), len(LEADS)))


def _curve(channel: Channel, row: int, start: float, seconds: float, most: int = MOST_POINTS // len(LEADS)) -> Curve:
    first, last = int(start * channel.rate), int((start + seconds) * channel.rate)
    values = channel.values[first:last]
    middle = MARGIN_MM + row * ROW_MM + ROW_MM / 2
    height = values * MM_PER_MILLIVOLT if channel.unit == "mV" else _fitted(values)
    x = MARGIN_MM + start * MM_PER_SECOND + np.arange(len(values)) / channel.rate * MM_PER_SECOND
    kept = _extremes(height, most)
    points = " ".join(f"{across:.2f},{middle - up:.2f}" for across, up in zip(x[kept], height[kept], strict=True) if np.isfinite(up))
    name = channel.lead if channel.unit == "mV" else f"{channel.lead} {_range(values)} {channel.unit}"
    return Curve(name, MARGIN_MM + start * MM_PER_SECOND + 1, middle - ROW_MM / 2 + 4, points)


def _extremes(height: np.ndarray, most: int) -> np.ndarray:
    """Which points are drawn, about `most`: all, or the lowest and the highest of each stretch, so that no spike is lost."""
    if len(height) <= most:
        return np.arange(len(height))
    stretch = -(-2 * len(height) // most)
    count = len(height) // stretch
    whole = height[: count * stretch].reshape(count, stretch)
    places = np.sort(np.stack([whole.argmin(axis=1), whole.argmax(axis=1)], axis=1), axis=1)
    begins = np.arange(count)[:, None] * stretch
    return np.concatenate([(begins + places).ravel(), np.arange(count * stretch, len(height))])


def _fitted(values: np.ndarray) -> np.ndarray:
    """Of what is no voltage: the whole range over the height of the row."""
    low, high = float(values.min(initial=0)), float(values.max(initial=0))
    return (values - (low + high) / 2) / ((high - low) or 1) * (ROW_MM - 6)


def _range(values: np.ndarray) -> str:
    return f"{values.min(initial=0):.0f} … {values.max(initial=0):.0f}"


def _gain(channels: list[Channel]) -> str:
    speed = f"{MM_PER_SECOND:.0f} mm/s"
    return f"{speed} · {MM_PER_MILLIVOLT:.0f} mm/mV" if any(channel.unit == "mV" for channel in channels) else speed


def _filters(group: Dataset) -> str:
    """What the device filtered out, which changes what a curve means."""
    item = next(iter(items(group, "ChannelDefinitionSequence")), Dataset())
    named = (("FilterLowFrequency", "≥"), ("FilterHighFrequency", "≤"), ("NotchFilterFrequency", "≠"))
    return " · ".join(f"{sign} {numbers(item, keyword)[0]:g} Hz" for keyword, sign in named if numbers(item, keyword))


def annotations_of(ds: Dataset) -> tuple[list[tuple[str, str]], bool]:
    """What the device measured and said (PS3.3 C.10.10), name and value, and whether it said more: some name every beat of a day."""
    found, said = [], items(ds, "WaveformAnnotationSequence")
    for item in said[:MOST_SAID]:
        name = meaning(item, "ConceptNameCodeSequence")
        number = numbers(item, "NumericValue")[:1]
        unit = meaning(item, "MeasurementUnitsCodeSequence")
        value = f"{number[0]:g} {unit}".strip() if number else text(item, "UnformattedTextValue") or meaning(item, "ConceptCodeSequence")
        if value:
            found.append((name, value))
    return found, len(said) > MOST_SAID
