"""What differs from one hospital to the next."""

import datetime as dt

from config import environment

HOSPITAL_NAME = environment.text("LIGHTBOX_HOSPITAL", "Lightbox General Hospital", "Name printed on reports and receipts.")
HOSPITAL_NAME_ZH = environment.text("LIGHTBOX_HOSPITAL_ZH", "莱博综合医院", "The same in Chinese.")
HOSPITAL_CODE = environment.text(
    "LIGHTBOX_HOSPITAL_CODE",
    "HOSPITAL",
    "Issuer of the patient numbers that the front desk gives. An archive that names another one for them is asked in vain.",
)
CURRENCY = environment.text("LIGHTBOX_CURRENCY", "CNY", "ISO 4217 code of the prices.")
CURRENCY_SIGN = environment.text("LIGHTBOX_CURRENCY_SIGN", "¥", "How prices are marked on pages and bills.")
ACCESSION_PATTERN = environment.numbering(
    "LIGHTBOX_ACCESSION_PATTERN",
    "{modality}{day:%y%m%d}{number:05d}",
    "Accession numbers: {modality}, {day} and {number}; at most 16 characters (DICOM SH).",
    modality="CT",
    day=dt.date(2026, 11, 23),
)
PATIENT_NUMBER_PATTERN = environment.numbering(
    "LIGHTBOX_PATIENT_NUMBER_PATTERN", "{number:08d}", "Patient numbers given at the front desk."
)
READING_PERCENT = environment.number(
    "LIGHTBOX_READING_PERCENT",
    0,
    "Part of a procedure's price that is charged when its report is signed; the rest when the exam completes.",
)
