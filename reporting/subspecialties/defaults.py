"""The subspecialties that a new installation begins with; from then on the department keeps its own."""

from typing import Any

# Code, name, Chinese name, body parts, modalities.
DEFAULTS: list[tuple[str, str, str, str, str]] = [
    ("neuro", "Neuro", "神经", "HEAD, BRAIN, SKULL, NECK, HEADNECK, ORBIT, SINUS, EAR, FACE, SELLA, CIRCLEOFWILLIS, CAROTID", ""),
    ("spine", "Spine", "脊柱", "SPINE, CSPINE, TSPINE, LSPINE, SSPINE, WHOLESPINE, SPINALCORD", ""),
    ("chest", "Chest", "胸部", "CHEST, LUNG, THORAX, RIB, STERNUM, MEDIASTINUM", ""),
    ("cardiac", "Heart and vessels", "心脏血管", "HEART, CORONARYARTERY, AORTA, ARTERY, VEIN", "XA"),
    (
        "abdomen", "Abdomen and pelvis", "腹部盆腔",
        "ABDOMEN, ABDOMENPELVIS, PELVIS, LIVER, KIDNEY, PANCREAS, SPLEEN, BLADDER, PROSTATE, UTERUS, GALLBLADDER, STOMACH, COLON", "",
    ),
    (
        "msk", "Bones and joints", "骨关节",
        "KNEE, HIP, SHOULDER, ANKLE, FOOT, HAND, WRIST, ELBOW, FEMUR, ARM, FOREARM, LEG, EXTREMITY, CLAVICLE, FINGER, TOE", "",
    ),
    ("breast", "Breast", "乳腺", "BREAST", "MG"),
    ("nuclear", "Nuclear medicine", "核医学", "", "NM PT"),
]  # fmt: skip


def rows() -> list[dict[str, Any]]:
    return [dict(zip(("code", "name", "name_zh", "body_parts", "modalities"), values, strict=True)) for values in DEFAULTS]
