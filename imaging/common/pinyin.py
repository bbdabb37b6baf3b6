"""Search words for names in characters: pinyin and initials."""

import re
import unicodedata

from pypinyin import Style, lazy_pinyin

from imaging.common.dicom import NAME_WORD_LENGTH, NAME_WORDS, name_words

COMPOUND_SURNAMES = frozenset({
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛",
    "尉迟", "公羊", "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容",
    "仲孙", "钟离", "长孙", "宇文", "司徒", "鲜于", "司空", "令狐", "歐陽", "司馬", "諸葛", "東方",
    "獨孤", "萬俟", "聞人", "鍾離", "長孫", "鮮於",
})  # fmt: skip
# Surnames that are read otherwise than the same character elsewhere.
SURNAME_READINGS = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "任": "ren", "盖": "ge", "朴": "piao", "翟": "zhai",
    "乐": "yue", "冼": "xian", "繁": "po", "种": "chong", "尉迟": "yuchi", "万俟": "moqi",
    "澹台": "tantai", "長孫": "zhangsun", "长孙": "zhangsun",
}  # fmt: skip
HAN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]")


def has_han(text: str) -> bool:
    return HAN.search(text) is not None


def search_words(*texts: str) -> str:
    """Everything by which any of `texts` may be looked for, lower case, space separated: itself, its pinyin together, and its initials."""
    words: list[str] = []
    for text in texts:
        plain = re.sub(r"[\^=,·\s-]+", " ", text).strip().lower()
        if not plain:
            continue
        words += [plain, plain.replace(" ", "")]
        if has_han(plain):
            syllables = lazy_pinyin(plain.replace(" ", ""))
            words += ["".join(syllables), "".join(lazy_pinyin(plain.replace(" ", ""), style=Style.FIRST_LETTER))]
        else:
            words.append("".join(part[0] for part in plain.split()))
    return " ".join(dict.fromkeys(words))


def romanised(text: str) -> str:
    """`text` in plain Latin letters: Chinese as pinyin with a space between syllables, accents gone, what has no letter as "?"."""
    pieces = ["".join(piece) if isinstance(piece, tuple) else piece for piece in _runs(text)]
    plain = unicodedata.normalize("NFKD", " ".join(filter(None, (piece.strip(" ") for piece in pieces))))
    return "".join(char for char in plain if not unicodedata.combining(char)).encode("ascii", "replace").decode()


def _runs(text: str) -> list[str]:
    """Stretches of other letters as they are, of Chinese as syllables."""
    return [" ".join(_syllables(part)) if has_han(part) else part for part in re.split(f"({HAN.pattern}+)", text)]


def _syllables(text: str) -> list[str]:
    return [syllable.replace("ü", "v").replace("v", "yu") for syllable in lazy_pinyin(text)]


def romanised_name(text: str) -> str:
    """A name in characters as family name and given name, Lin^Meihua; components that are there already stay as they are."""
    family, mark, given = text.partition("^")
    if not mark and has_han(text):
        plain = re.sub(r"\s", "", text)
        size = 2 if plain[:2] in COMPOUND_SURNAMES and len(plain) > 2 else 1
        family, given = plain[:size], plain[size:]
    parts = [_name_part(family, SURNAME_READINGS.get(family, "")), *map(_name_part, given.split("^"))]
    return romanised("^".join(parts)).rstrip("^")


def _name_part(part: str, reading: str = "") -> str:
    return (reading or "".join(_syllables(part))).capitalize() if has_han(part) else part


def name_search_words(value: str) -> list[str]:
    """The words by which a PN value may be looked for: its components, those of its pinyin, each group together, and initials."""
    words = name_words(value)
    for group in filter(None, value.casefold().split("=")):
        latin = romanised_name(group).casefold() if has_han(group) else group
        parts = [part for part in re.split(r"[\s^,'-]+", latin) if part]
        words += [*parts, "".join(parts), "".join(part[0] for part in parts)]
        if has_han(group):
            words.append("".join(lazy_pinyin(re.sub(r"[\s^]", "", group), style=Style.FIRST_LETTER)))
    return [word[:NAME_WORD_LENGTH] for word in dict.fromkeys(words) if word][:NAME_WORDS]
