"""DICOM character sets (PS3.5 6.1): bytes to text and back. Decoding never fails; what a device got wrong is guessed with care."""

import contextlib
import re
from collections.abc import Iterable

ESCAPE = b"\x1b"
DEFAULT = "ISO_IR 6"
# Defined term of (0008,0005) -> Python codec, for use without code extensions or as the first value.
CODECS: dict[str, str] = {
    "": "ascii",
    "ISO_IR 6": "ascii",
    "ISO_IR 13": "shift_jis",
    "ISO_IR 100": "latin_1",
    "ISO_IR 101": "iso8859_2",
    "ISO_IR 109": "iso8859_3",
    "ISO_IR 110": "iso8859_4",
    "ISO_IR 126": "iso8859_7",
    "ISO_IR 127": "iso8859_6",
    "ISO_IR 138": "iso8859_8",
    "ISO_IR 144": "iso8859_5",
    "ISO_IR 148": "iso8859_9",
    "ISO_IR 166": "tis_620",
    "ISO_IR 203": "iso8859_15",
    "ISO_IR 192": "utf_8",
    "GB18030": "gb18030",
    "GBK": "gb18030",
    "ISO_IR 58": "gb18030",
    "ISO_IR 87": "iso2022_jp",
    "ISO_IR 149": "euc_kr",
    "ISO_IR 159": "iso2022_jp_2",
}
# Escape sequence -> (defined term, codec); G1 sets stay until the next delimiter, G0 sets until the next escape.
ESCAPES: dict[bytes, tuple[str, str]] = {
    b"\x1b(B": ("ISO 2022 IR 6", "ascii"),
    b"\x1b-A": ("ISO 2022 IR 100", "latin_1"),
    b"\x1b-B": ("ISO 2022 IR 101", "iso8859_2"),
    b"\x1b-C": ("ISO 2022 IR 109", "iso8859_3"),
    b"\x1b-D": ("ISO 2022 IR 110", "iso8859_4"),
    b"\x1b-F": ("ISO 2022 IR 126", "iso8859_7"),
    b"\x1b-G": ("ISO 2022 IR 127", "iso8859_6"),
    b"\x1b-H": ("ISO 2022 IR 138", "iso8859_8"),
    b"\x1b-L": ("ISO 2022 IR 144", "iso8859_5"),
    b"\x1b-M": ("ISO 2022 IR 148", "iso8859_9"),
    b"\x1b-T": ("ISO 2022 IR 166", "tis_620"),
    b"\x1b-b": ("ISO 2022 IR 203", "iso8859_15"),
    b"\x1b)I": ("ISO 2022 IR 13", "shift_jis"),
    b"\x1b(J": ("ISO 2022 IR 13", "shift_jis"),
    b"\x1b$B": ("ISO 2022 IR 87", "iso2022_jp"),
    b"\x1b$@": ("ISO 2022 IR 87", "iso2022_jp"),
    b"\x1b$(D": ("ISO 2022 IR 159", "iso2022_jp_2"),
    b"\x1b$)C": ("ISO 2022 IR 149", "euc_kr"),
    b"\x1b$)A": ("ISO 2022 IR 58", "gb2312"),
}
TO_ASCII, TO_ROMAN = b"\x1b(B", b"\x1b(J"
OTHER_WAYS = frozenset({TO_ROMAN, b"\x1b$@"})
"""Escape sequences that are read, and written in another way."""
SEVEN_BIT = frozenset({"iso2022_jp", "iso2022_jp_2"})
_SPLIT = re.compile(b"(\x1b\\$?[()\\-]?[@-~])")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_DELIMITERS = re.compile(r"[\\^=\r\n\f\t]")
# Also what turns the direction of the text around it: a number behind a name could be read backwards.
TURNING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
CONTROLS = dict.fromkeys([*range(9), 11, *range(14, 32), 127, *TURNING])


def charset_terms(value: str | bytes | Iterable[str] | None) -> tuple[str, ...]:
    """The values of Specific Character Set, cleaned: upper case, spaces and underscores as the standard writes them."""
    if value is None:
        return (DEFAULT,)
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    parts = text.split("\\") if isinstance(text, str) else list(text)
    return tuple(_clean(part) for part in parts) or (DEFAULT,)


def _clean(term: str) -> str:
    name = " ".join(term.replace("\0", " ").upper().replace("_", " ").replace("-", " ").split())
    name = name.replace("ISO2022IR", "ISO 2022 IR").replace("ISO IR", "ISO_IR")
    return {"UTF 8": "ISO_IR 192", "UTF8": "ISO_IR 192", "GB2312": "GB18030"}.get(name, name)


def _codec(term: str) -> str:
    return CODECS.get(term.replace("ISO 2022 IR", "ISO_IR"), "ascii")


def decode_text(raw: bytes, terms: tuple[str, ...] = (DEFAULT,)) -> str:
    """Text of `raw` under the character sets `terms`; unreadable bytes become U+FFFD, control characters go. Never raises."""
    if raw.isascii() and ESCAPE not in raw:
        return raw.decode("ascii").translate(CONTROLS)
    text = _decode_escaped(raw, terms) if ESCAPE in raw else _decode_plain(raw, terms[0] if terms else DEFAULT)
    return text.translate(CONTROLS)


def is_misread(raw: bytes, terms: tuple[str, ...] = (DEFAULT,)) -> bool:
    """Whether `decode_text` had to guess, or lost something: `raw` is not in the character sets `terms`."""
    if raw.isascii() and ESCAPE not in raw:
        return False
    if ESCAPE in raw:
        return "\ufffd" in decode_text(raw, terms)
    first = terms[0] if terms else DEFAULT
    codec = "shift_jis" if _codec(first) in SEVEN_BIT else _codec(first)
    try:
        return raw.decode(codec) != _decode_plain(raw, first)
    except UnicodeDecodeError:
        return True


def _decode_plain(raw: bytes, term: str) -> str:
    codec = _codec(term)
    if codec in {"ascii", "latin_1"}:
        codec = _guessed(raw, codec)
    elif codec == "gb18030" and _is_rather_utf8(raw):
        codec = "utf_8"
    elif codec in SEVEN_BIT:
        codec = "shift_jis"
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return raw.decode(_guessed(raw, codec), "replace")


def _guessed(raw: bytes, declared: str) -> str:
    """The coding that 8-bit text really has when the declared one cannot be right: UTF-8, else Chinese, else as declared."""
    try:
        raw.decode("utf_8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf_8"
    if _looks_chinese(raw):
        return "gb18030"
    return "latin_1" if declared == "ascii" else declared


def _is_rather_utf8(raw: bytes) -> bool:
    """UTF-8 sent as Chinese: it can be read as either, but only as UTF-8 are these characters that people use."""
    try:
        return _is_common(raw.decode("utf_8")) and not _is_common(raw.decode("gb18030"))
    except UnicodeDecodeError:
        return False


def _is_common(text: str) -> bool:
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _looks_chinese(raw: bytes) -> bool:
    """GB2312 characters come in pairs of high bytes and, unlike accents in a Latin text, outnumber the letters around them."""
    runs = _HIGH_RUN.findall(raw)
    if not all(len(run) % 2 == 0 and all(0xB0 <= lead <= 0xF7 for lead in run[::2]) and min(run[1::2]) >= 0xA1 for run in runs):
        return False
    return any(_mostly_high(group) for group in raw.split(b"="))


def _mostly_high(group: bytes) -> bool:
    high = sum(byte >= 0x80 for byte in group)
    return high > sum(chr(byte).isalpha() for byte in group if byte < 0x80)


def _decode_escaped(raw: bytes, terms: tuple[str, ...]) -> str:
    first, *rest = _SPLIT.split(raw)
    text = _decode_plain(first, terms[0] if terms else DEFAULT)
    for escape, part in zip(rest[::2], rest[1::2], strict=True):
        text += _decode_segment(escape, part, terms)
    return text


def _decode_segment(escape: bytes, part: bytes, terms: tuple[str, ...]) -> str:
    known = ESCAPES.get(escape)
    if known is None:
        return _decode_plain(part, terms[0] if terms else DEFAULT)
    codec = known[1]
    if codec in SEVEN_BIT:
        return (escape + part).decode(codec, "replace")
    if codec == "ascii":
        return _decode_plain(part, terms[0] if terms else DEFAULT)
    return part.decode("gb18030" if codec == "gb2312" else codec, "replace")


def encode_text(text: str, terms: tuple[str, ...] = (DEFAULT,), errors: str = "replace") -> bytes:
    """`text` in the character sets `terms`, with code extensions where they have several values; what they lack becomes "?".

    Raises UnicodeEncodeError for it where `errors` is "strict".
    """
    if text.isascii():
        return text.encode("ascii")
    first, *extensions = terms or (DEFAULT,)
    if not extensions:
        return _encode_single(text, _codec(first), errors)
    pieces = re.split(_DELIMITERS, text)
    delimiters = _DELIMITERS.findall(text)
    encoded = [_encode_piece(piece, _codec(first), extensions, errors) for piece in pieces]
    return b"".join(part + mark.encode() for part, mark in zip(encoded, [*delimiters, ""], strict=True))


def _encode_single(text: str, codec: str, errors: str) -> bytes:
    if codec == "shift_jis":  # ISO_IR 13 has the single bytes of Shift JIS, and no more
        return b"".join(raw if len(raw) == 1 else _lacking(text, errors) for raw in (_in_codec(char, codec, errors) for char in text))
    return text.encode("shift_jis" if codec in SEVEN_BIT else codec, errors)


def _in_codec(char: str, codec: str, errors: str) -> bytes:
    return char.encode(codec, errors)


def _lacking(text: str, errors: str) -> bytes:
    if errors == "strict":
        raise UnicodeEncodeError("ISO_IR 13", text, 0, len(text), "more than one byte")
    return b"?"


def _encode_piece(piece: str, codec: str, extensions: list[str], errors: str) -> bytes:
    """One stretch without delimiters, after which the first character set is in force again (PS3.5 6.1.2.5.3)."""
    if piece.isascii():
        return piece.encode("ascii")
    with contextlib.suppress(UnicodeEncodeError):
        return _encode_single(piece, codec, "strict")
    for escape, (term, extension_codec) in ESCAPES.items():
        if term not in extensions or escape in OTHER_WAYS:
            continue
        with contextlib.suppress(UnicodeEncodeError):
            return _escaped(piece, escape, extension_codec, codec)
    return _encode_single(piece, codec, errors)


def _escaped(piece: str, escape: bytes, codec: str, first: str) -> bytes:
    if codec not in SEVEN_BIT:
        return escape + piece.encode(codec)
    raw = piece.encode(codec)
    return raw.removesuffix(TO_ASCII) + TO_ROMAN if first == "shift_jis" and raw.endswith(TO_ASCII) else raw
