"""Search words for names in characters: pinyin and initials."""

import re

from pypinyin import Style, lazy_pinyin

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
