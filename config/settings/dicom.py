"""DICOM: our name, what we accept, and for how long we wait."""

from config import environment

AE_TITLE = environment.text("LIGHTBOX_AE_TITLE", "LIGHTBOX", "Our application entity title.")
UID_ROOT = environment.text("LIGHTBOX_UID_ROOT", "2.25", "Root of the UIDs we make; 2.25 derives them from UUIDs (PS3.5 B.2).")
DICOM_TRUST_LOOPBACK = environment.flag(
    "LIGHTBOX_DICOM_TRUST_LOOPBACK", False, "Any calling AE title from this machine is a full node (demo and tests only)."
)
DICOM_MAX_ASSOCIATIONS = environment.number("LIGHTBOX_DICOM_ASSOCIATIONS", 40, "Associations served at once by one process.")
DICOM_MAX_PDU_BYTES = environment.number("LIGHTBOX_DICOM_PDU_BYTES", 131072, "Largest P-DATA PDU that we accept.")
DICOM_ACSE_SECONDS = environment.number("LIGHTBOX_DICOM_ACSE_SECONDS", 15, "How long a peer may take to ask for an association.")
DICOM_NETWORK_SECONDS = environment.number("LIGHTBOX_DICOM_NETWORK_SECONDS", 60, "How long an open association may stay silent.")
DICOM_OBJECT_BYTES = environment.number("LIGHTBOX_DICOM_OBJECT_BYTES", 2 * 1024**3, "Largest object that C-STORE or STOW accepts.")
STOW_BYTES = environment.number("LIGHTBOX_STOW_BYTES", 4 * 1024**3, "Largest STOW-RS request, which may hold many objects.")
STORAGE_RESERVE_BYTES = environment.number(
    "LIGHTBOX_STORAGE_RESERVE_BYTES", 1024**3, "Free disk space below which storing is refused (A700), so that the database still works."
)
STUDY_PRIOR_DAYS = environment.number(
    "LIGHTBOX_STUDY_PRIOR_DAYS", 7, "Images of a known patient that are older than this need no exam here: they serve to compare."
)
STUDY_QUIET_SECONDS = environment.number(
    "LIGHTBOX_STUDY_QUIET_SECONDS", 15, "Silence after which the time-line tells how many images came; not a sign that a study is complete."
)
DICOM_ANY_STORAGE = environment.flag(
    "LIGHTBOX_DICOM_ANY_STORAGE", True, "Storage also of private and unknown SOP classes, kept as received."
)
DICOM_PDU_SECONDS = environment.number("LIGHTBOX_DICOM_PDU_SECONDS", 30, "How long a peer may take for one PDU once it has begun it.")
DICOM_STOP_SECONDS = environment.number("LIGHTBOX_DICOM_STOP_SECONDS", 5, "How long open associations may go on after a stop is asked for.")
DICOM_REQUEST_BYTES = environment.number("LIGHTBOX_DICOM_REQUEST_BYTES", 16 * 1024**2, "Largest data set of a request other than storage.")
DICOM_FIND_LIMIT = environment.number("LIGHTBOX_DICOM_FIND_LIMIT", 5000, "Most matches that one C-FIND is answered with.")
