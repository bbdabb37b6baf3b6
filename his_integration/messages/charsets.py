"""Character sets: what MSH-18 says (HL7 table 0211), what the bytes are, and text that never fails to come out.

A wrong label is met by looking at the bytes; what was assumed is returned as a note and kept with the message.
"""

import re
from dataclasses import dataclass

BOM = b"\xef\xbb\xbf"
UTF_8 = "utf-8"
GB18030 = "gb18030"
CODECS: dict[str, str] = {
    "ASCII": "ascii",
    "UNICODE UTF-8": UTF_8,
    "UTF-8": UTF_8,
    "UTF8": UTF_8,
    "UNICODE": UTF_8,
    "GB 18030-2000": GB18030,
    "GB18030-2000": GB18030,
    "GB18030": GB18030,
    "GB2312": GB18030,
    "GBK": GB18030,
    "CP936": GB18030,
    "936": GB18030,
    "BIG-5": "cp950",
    "BIG5": "cp950",
    "CNS 11643-1992": "cp950",
    "KS X 1001": "cp949",
    "EUC-KR": "cp949",
    "ISO IR87": "iso2022_jp",
    "ISO IR159": "iso2022_jp_2",
    "ISO IR14": "shift_jis",
    "ISO IR6": "ascii",
    "SHIFT_JIS": "cp932",
    "CP932": "cp932",
    "CP1250": "cp1250",
    "CP1251": "cp1251",
    "CP1252": "cp1252",
    "WINDOWS-1252": "cp1252",
}
CODECS |= {f"8859/{part}": f"iso8859_{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15)}
CODECS |= {f"ISO-8859-{part}": f"iso8859_{part}" for part in (1, 2, 5, 9, 15)}
SINGLE_BYTE_LATIN = frozenset({"iso8859_1", "iso8859_15", "cp1252"})
HAN_IN_UTF_8 = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc-\xbd][\x80-\xbf])+")
HIGH_RUN = re.compile(rb"[\x80-\xff]+")
CHINESE_RUN_BYTES = 4
LEAST_HAN_BYTES = 6


@dataclass(frozen=True)
class Decoded:
    text: str
    codec: str
    note: str = ""


def codec_of(label: str) -> str | None:
    """The codec that an MSH-18 value names; None when it is empty or unknown."""
    return CODECS.get(label.strip().upper())


def decode(raw: bytes, labels: list[str], default: str) -> Decoded:
    """`raw` as text. `labels` are the repetitions of MSH-18, the first of them the base set; `default` is taken where there is none.

    Never raises: the labelled set is tried, then what the bytes look like, and in the end every byte stands for one character.
    """
    body = raw.removeprefix(BOM)
    named = [label for label in labels if label.strip()]
    codecs = [codec for label in named if (codec := codec_of(label))]
    first = codecs[0] if codecs else default.lower()
    stranger = _stranger(body, first)
    tries = [stranger] if stranger else []
    tries += [UTF_8] if raw.startswith(BOM) else []
    tries += [*codecs, default.lower(), UTF_8, *_guesses(body)]
    for codec in dict.fromkeys(tries):
        text = _decoded(body, codec)
        if text is not None:
            return Decoded(text, codec, _note(named, first, codec, has_unknown=len(codecs) < len(named)))
    return Decoded(body.decode("latin-1"), "latin-1", f"No known character set fits; MSH-18 says {', '.join(named) or 'nothing'}.")


def _decoded(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return None


def _stranger(body: bytes, codec: str) -> str | None:
    """Some sets accept nearly everything, so a wrong label must be seen from the bytes: UTF-8, or runs of Chinese pairs in a Latin set."""
    if codec == GB18030:
        return UTF_8 if _is_han_in_utf_8(body) else None
    if codec not in SINGLE_BYTE_LATIN or body.isascii():
        return None
    if _decoded(body, UTF_8) is not None:
        return UTF_8
    return GB18030 if _looks_chinese(body, CHINESE_RUN_BYTES) else None


def _is_han_in_utf_8(body: bytes) -> bool:
    """Whether all that is not ASCII has the form of Chinese in UTF-8; of GB18030's pairs hardly any text of three characters has it."""
    runs = HIGH_RUN.findall(body)
    return sum(map(len, runs)) >= LEAST_HAN_BYTES and all(HAN_IN_UTF_8.fullmatch(run) for run in runs)


def _guesses(body: bytes) -> list[str]:
    return [GB18030, "cp1252"] if _looks_chinese(body, 2) else ["cp1252", GB18030]


def _looks_chinese(body: bytes, longest: int) -> bool:
    """Only pairs of high bytes, one run of at least `longest` bytes, and none between two small Latin letters as in "créée"."""
    runs = list(HIGH_RUN.finditer(body))
    if not runs or max(len(run.group()) for run in runs) < longest or any(len(run.group()) % 2 for run in runs):
        return False
    return not any(_is_letter(body, run.start() - 1) and _is_letter(body, run.end()) for run in runs)


def _is_letter(body: bytes, at: int) -> bool:
    return 0 <= at < len(body) and 0x61 <= body[at] <= 0x7A


def _note(named: list[str], first: str, used: str, *, has_unknown: bool) -> str:
    if used != first:
        return f"MSH-18 says {', '.join(named) or 'nothing'}; the text is {used}."
    return f"MSH-18 names an unknown character set: {', '.join(named)}." if has_unknown else ""


def encode(text: str, codec: str) -> bytes:
    """`text` in the receiver's set; a character that it lacks becomes "?". ASCII and unknown codecs go out as they are named."""
    try:
        return text.encode(codec, errors="replace")
    except LookupError:
        return text.encode(UTF_8)
