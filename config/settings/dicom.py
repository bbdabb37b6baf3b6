"""DICOM: our name, what we accept, and for how long we wait."""

from config import environment

AE_TITLE = environment.text("LIGHTBOX_AE_TITLE", "LIGHTBOX", "Our application entity title.")
UID_ROOT = environment.text("LIGHTBOX_UID_ROOT", "2.25", "Root of the UIDs we make; 2.25 derives them from UUIDs (PS3.5 B.2).")
DICOM_TRUST_LOOPBACK = environment.flag(
    "LIGHTBOX_DICOM_TRUST_LOOPBACK", False, "Any calling AE title from this machine is a full node (demo and tests only)."
)
DICOM_MAX_ASSOCIATIONS = environment.number("LIGHTBOX_DICOM_ASSOCIATIONS", 40, "Associations served at once by one process.")
DICOM_RESERVED_ASSOCIATIONS = environment.number(
    "LIGHTBOX_DICOM_RESERVED", 8, "Further places in each process, kept for nodes that have none at the moment: no node shuts out another."
)
DICOM_NODES_SECONDS = environment.number(
    "LIGHTBOX_DICOM_NODES_SECONDS", 2, "How often a DICOM process reads the nodes anew; in between, who may connect is told from memory."
)
DICOM_NAMES_SECONDS = environment.number(
    "LIGHTBOX_DICOM_NAMES_SECONDS", 60, "How long a node's name counts as the address that it was resolved to."
)
DICOM_PROCESSES = environment.number(
    "LIGHTBOX_DICOM_PROCESSES", 1, "DICOM processes on one port; about one for each core beside PostgreSQL, one with SQLite."
)
DICOM_MAX_PDU_BYTES = environment.number("LIGHTBOX_DICOM_PDU_BYTES", 131072, "Largest P-DATA PDU that we accept.")
DICOM_ACSE_SECONDS = environment.number("LIGHTBOX_DICOM_ACSE_SECONDS", 15, "How long a peer may take to ask for an association, with TLS.")
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
IMAGES_MISSING_MINUTES = environment.number(
    "LIGHTBOX_IMAGES_MISSING_MINUTES", 5,
    "Silence after the end of an exam (MPPS) until announced images that are not here read missing: scanners pause, and try again.",
)  # fmt: skip
IMAGES_STOPPED_HOURS = environment.number(
    "LIGHTBOX_IMAGES_STOPPED_HOURS", 6,
    "Silence after which a scanner that never ended its exam (MPPS IN PROGRESS) has stopped sending; longer than a late phase of one exam.",
)  # fmt: skip
DICOM_ANY_STORAGE = environment.flag(
    "LIGHTBOX_DICOM_ANY_STORAGE", True, "Storage also of private and unknown SOP classes, kept as received."
)
DICOM_PDU_SECONDS = environment.number("LIGHTBOX_DICOM_PDU_SECONDS", 30, "How long a peer may take for one PDU once it has begun it.")
DICOM_STOP_SECONDS = environment.number("LIGHTBOX_DICOM_STOP_SECONDS", 5, "How long open associations may go on after a stop is asked for.")
DICOM_REQUEST_BYTES = environment.number("LIGHTBOX_DICOM_REQUEST_BYTES", 16 * 1024**2, "Largest data set of a request other than storage.")
DICOM_FIND_LIMIT = environment.number("LIGHTBOX_DICOM_FIND_LIMIT", 5000, "Most matches that one C-FIND is answered with.")
DICOM_MESSAGE_SECONDS = environment.number(
    "LIGHTBOX_DICOM_MESSAGE_SECONDS", 60, "How long a peer may take for one whole request, beside the time that its bytes may take."
)
DICOM_SLOWEST_BYTES = environment.number(
    "LIGHTBOX_DICOM_SLOWEST_BYTES", 4096, "Bytes a second that an object must bring on the whole: the slowest line that images come by."
)
DICOM_INFLATED_BYTES = environment.number(
    "LIGHTBOX_DICOM_INFLATED_BYTES", 256 * 1024**2, "Largest size that a deflated data set may have inflated; it is read whole later."
)
DICOM_TLS_PORT = environment.number("LIGHTBOX_DICOM_TLS_PORT", 2762, "Port for DICOM over TLS; opened once a certificate is set.")
DICOM_TLS_CERTIFICATE = environment.text(
    "LIGHTBOX_DICOM_TLS_CERTIFICATE",
    "",
    "File with our certificate and those between it and its root (PEM), shown as server and client.",
)
DICOM_TLS_KEY = environment.text("LIGHTBOX_DICOM_TLS_KEY", "", "File with the key of that certificate (PEM).")
DICOM_TLS_CA = environment.text(
    "LIGHTBOX_DICOM_TLS_CA", "", "File with the roots that vouch for our nodes' certificates (PEM); without it the system's roots count."
)
DICOM_TLS_MUTUAL = environment.flag(
    "LIGHTBOX_DICOM_TLS_MUTUAL", True, "Once the roots are set: who calls us over TLS must show a certificate from one of them."
)
WORKLIST_LOG_DAYS = environment.number(
    "LIGHTBOX_WORKLIST_LOG_DAYS", 14, "Days for which it is kept what each scanner asked of its worklist and was shown."
)
WORKLIST_LOOK_LIMIT = environment.number(
    "LIGHTBOX_WORKLIST_LOOK_LIMIT", 5000, "Most steps that one worklist query looks at for keys without an index, before it is refused."
)
COMMITMENT_ANSWER_SECONDS = environment.number(
    "LIGHTBOX_COMMITMENT_ANSWER_SECONDS", 6 * 3600, "How long an archive may take to say what it keeps, before it is asked again."
)
COMMITMENT_STAY_SECONDS = environment.number(
    "LIGHTBOX_COMMITMENT_STAY_SECONDS", 5, "How long the association stays open for a commitment answer, before the node has to call us."
)
DICOM_MOVE_WAIT_SECONDS = environment.number(
    "LIGHTBOX_DICOM_MOVE_WAIT_SECONDS", 30, "How long a C-MOVE waits for a destination that is away or full, before its failures are told."
)
SEARCH_STUDIES = environment.number(
    "LIGHTBOX_SEARCH_STUDIES", 50_000, "Newest studies that a search looks at when it names nothing that an index finds few by."
)
