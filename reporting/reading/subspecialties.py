"""Sections of the reading room: by body part examined (0018,0015), and some by modality alone."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Subspecialty:
    label: str | Promise
    body_parts: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()


SUBSPECIALTIES: dict[str, Subspecialty] = {
    "neuro": Subspecialty(
        pgettext_lazy("subspecialty", "Neuro"),
        ("HEAD", "BRAIN", "SKULL", "NECK", "HEADNECK", "ORBIT", "SINUS", "EAR", "FACE", "SELLA", "CIRCLEOFWILLIS", "CAROTID"),
    ),
    "spine": Subspecialty(
        pgettext_lazy("subspecialty", "Spine"), ("SPINE", "CSPINE", "TSPINE", "LSPINE", "SSPINE", "WHOLESPINE", "SPINALCORD")
    ),
    "chest": Subspecialty(pgettext_lazy("subspecialty", "Chest"), ("CHEST", "LUNG", "THORAX", "RIB", "STERNUM", "MEDIASTINUM")),
    "cardiac": Subspecialty(
        pgettext_lazy("subspecialty", "Heart and vessels"), ("HEART", "CORONARYARTERY", "AORTA", "ARTERY", "VEIN"), ("XA",)
    ),
    "abdomen": Subspecialty(
        pgettext_lazy("subspecialty", "Abdomen and pelvis"),
        (
            "ABDOMEN",
            "ABDOMENPELVIS",
            "PELVIS",
            "LIVER",
            "KIDNEY",
            "PANCREAS",
            "SPLEEN",
            "BLADDER",
            "PROSTATE",
            "UTERUS",
            "GALLBLADDER",
            "STOMACH",
            "COLON",
        ),
    ),
    "msk": Subspecialty(
        pgettext_lazy("subspecialty", "Bones and joints"),
        (
            "KNEE",
            "HIP",
            "SHOULDER",
            "ANKLE",
            "FOOT",
            "HAND",
            "WRIST",
            "ELBOW",
            "FEMUR",
            "ARM",
            "FOREARM",
            "LEG",
            "EXTREMITY",
            "CLAVICLE",
            "FINGER",
            "TOE",
        ),
    ),
    "breast": Subspecialty(pgettext_lazy("subspecialty", "Breast"), ("BREAST",), ("MG",)),
    "nuclear": Subspecialty(pgettext_lazy("subspecialty", "Nuclear medicine"), (), ("PT", "NM")),
}
