"""Which earlier studies are worth comparing with: the same region of the body, or a modality that shows the same. A table, to be read and
added to; words are looked for in the body part, the procedure's names and the study description, in small letters."""

import re
from collections.abc import Iterable

SHORT = 4
REGIONS: dict[str, tuple[str, ...]] = {
    "head": ("head", "brain", "skull", "orbit", "sinus", "pituitary", "temporal", "头", "颅", "脑", "眼眶", "鼻窦", "垂体", "颞骨"),
    "neck": ("neck", "thyroid", "carotid", "larynx", "颈部", "甲状腺", "颈动脉", "喉"),
    "chest": ("chest", "thorax", "lung", "lungs", "rib", "ribs", "mediastin", "胸部", "胸片", "肺", "肋骨", "纵隔"),
    "heart": ("heart", "cardiac", "coronary", "echo", "心脏", "冠状动脉", "冠脉", "心超"),
    "breast": ("breast", "mammo", "乳腺"),
    "abdomen": (
        "abdomen", "abdominal", "liver", "pancrea", "kidney", "renal", "spleen", "bowel", "gallbladder", "urogra",
        "腹", "肝", "胰", "肾", "脾", "胆", "肠", "泌尿",
    ),
    "pelvis": ("pelvis", "pelvic", "prostate", "uterus", "ovary", "ovarian", "bladder", "盆", "前列腺", "子宫", "卵巢", "膀胱"),
    "spine": (
        "spine", "cspine", "lspine", "tspine", "cervical", "lumbar", "thoracic", "sacrum", "sacral",
        "颈椎", "腰椎", "胸椎", "脊柱", "骶",
    ),
    "arm": (
        "shoulder", "elbow", "wrist", "hand", "hands", "humerus", "forearm", "clavicle", "finger",
        "肩", "肘", "腕", "手", "肱骨", "锁骨", "前臂",
    ),
    "leg": (
        "hip", "hips", "knee", "ankle", "foot", "feet", "femur", "tibia", "toe", "toes", "calcan",
        "髋", "膝", "踝", "足", "股骨", "胫", "跟骨",
    ),
}  # fmt: skip
MODALITY_GROUPS: tuple[frozenset[str], ...] = (
    frozenset({"CR", "DX", "RG"}),
    frozenset({"CT", "PT"}),
    frozenset({"MR"}),
    frozenset({"US", "IVUS"}),
    frozenset({"MG"}),
    frozenset({"XA", "RF"}),
    frozenset({"NM", "PT"}),
    frozenset({"ES"}),
)


def regions_of(*texts: str) -> frozenset[str]:
    """The regions that any of `texts` names; none when nothing is recognised."""
    text = " ".join(texts).casefold()
    tokens = re.findall(r"[a-z]+", text)
    return frozenset(region for region, words in REGIONS.items() if any(_names(word, text, tokens) for word in words))


def _names(word: str, text: str, tokens: list[str]) -> bool:
    """A short word is meant whole ("hip" is not in "hippocampus"), a longer one begins another ("mediastin" in "mediastinum")."""
    if not word.isascii():
        return word in text
    return any(token == word or (len(word) > SHORT and token.startswith(word)) for token in tokens)


def modalities_like(modality: str) -> frozenset[str]:
    """`modality` and those that show the same."""
    return frozenset({modality}).union(*(group for group in MODALITY_GROUPS if modality in group))


def is_relevant(*, modality: str, regions: frozenset[str], other_modalities: Iterable[str], other_text: str) -> bool:
    """The same region whatever the modality; a modality that shows the same, whatever the region: a tumour is looked for everywhere."""
    return bool(modalities_like(modality) & set(other_modalities)) or bool(regions & regions_of(other_text))
