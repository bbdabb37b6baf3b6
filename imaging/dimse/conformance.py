"""The conformance statement, made from what the server really does, so that it cannot drift from it (PS3.2)."""

from collections.abc import Iterator

from django.conf import settings
from pydicom.uid import UID

from imaging.archive.corrections.reasons import REASONS
from imaging.archive.intake.spool import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION
from imaging.archive.search.query_keys import KEYS_BY_LEVEL, Kind, Level
from imaging.common.charsets import CODECS, ESCAPES
from imaging.dimse import tls
from imaging.dimse.contexts import IDENTIFIER_SYNTAXES, SERVICES, STORAGE_CLASSES
from imaging.dimse.peers import RIGHTS

INTRODUCTION = """# DICOM conformance statement

Printed by `python manage.py dicom_conformance` from the running configuration; a test compares this page with it. Settings are those of a
fresh installation; `LIGHTBOX_...` variables change them (settings.md).
"""
SERVICE_NOTES = {
    "verification": "C-ECHO, as SCP and SCU.",
    "worklist": (
        "C-FIND as SCP. Single value, wild card, range, list and sequence matching; every requested key comes back. The station's own"
        " character set is used; a character that it lacks turns the answer to UTF-8."
    ),
    "mpps": (
        "N-CREATE and N-SET as SCP, N-GET under the class for retrieval. 0106 wrong status, 0120 no status at all, 0110 with error ID A710"
        " already final, 0111 duplicate, 0112 unknown, 0107 with the attributes that may not be changed any more (patient, schedule,"
        " station, start) and were not; the association goes on. Other missing attributes are accepted: that an exam began is worth more"
        " than its form."
    ),
    "commitment": (
        "N-ACTION as SCP. Each file is read again and its SHA-256 compared. The N-EVENT-REPORT goes out on the same association while the"
        " peer stays, else on a new one to the node of that AE title, tried again with growing pauses."
    ),
    "find": "C-FIND as SCP at every level, relational keys included, and as SCU to nodes that hold earlier studies. C-CANCEL is obeyed.",
    "move": "C-MOVE as SCP to nodes that are set up as destinations, with true sub-operation counts, and as SCU for earlier studies.",
    "get": "C-GET as SCP over the asking association.",
}
STORE_STATUSES = (
    ("0000", "Durable and indexed, or held already; also when it waits for a person because the same UID has other content"),
    ("0124", "This AE title may not store"),
    ("A700", "No room, too large, or the index does not answer: keep it and send again"),
    ("A900", "The data set is another object than the command announced"),
    ("C000", "Cannot be understood: damaged, or without proper SOP, study and series UIDs"),
    ("C001", "Another failure; its reason is in the error comment and in the log"),
)
QUERY_STATUSES = (
    ("FF00", "A match; others follow"),
    ("FF01", "The same, and a value was asked for at a key that is returned but not matched on"),
    ("0000", "That was all"),
    ("FE00", "Taken back by C-CANCEL"),
    (
        "A700, A701",
        "More matches than one request is answered with, or a search that could look at the newest studies only. The matches sent are true;"
        " the comment says how to ask more precisely. C-FIND has no warning (PS3.4 C.4.1.1.4), and Success would say that these are all",
    ),
    ("A702", "No sub-operation got through"),
    ("A801", "The move destination is not set up"),
    ("A900", "The level or a key is not one of the model's"),
    ("B000", "Some sub-operations did not get through; the failed UIDs are listed"),
)


# Classes that are younger than the dictionary (PS3.6 of 2024 and after).
NEW_NAMES = {
    "1.2.840.10008.5.1.4.1.1.66.7": "Label Map Segmentation Storage",
    "1.2.840.10008.5.1.4.1.1.66.8": "Height Map Segmentation Storage",
}


def statement() -> str:
    """The whole page, as Markdown."""
    return "\n".join(
        [
            INTRODUCTION,
            *_networking(),
            *_services(),
            *_storage(),
            *_corrections(),
            *_written(),
            *_keys(),
            *_statuses(),
            *_character_sets(),
            "",
        ]
    )


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _networking() -> Iterator[str]:
    yield "## Networking\n"
    facts = {
        "AE title": settings.AE_TITLE,
        "Implementation class UID": IMPLEMENTATION_CLASS_UID,
        "Implementation version name": IMPLEMENTATION_VERSION,
        "Largest PDU received": f"{settings.DICOM_MAX_PDU_BYTES} bytes",
        "Associations at once, per process": str(settings.DICOM_MAX_ASSOCIATIONS),
        "Asynchronous operations": "1 invoked, 1 performed",
        "Silence allowed": f"{settings.DICOM_ACSE_SECONDS} s before the request, {settings.DICOM_NETWORK_SECONDS} s within an association",
        "Time for one PDU": f"{settings.DICOM_PDU_SECONDS} s",
        "Time for one request": f"{settings.DICOM_MESSAGE_SECONDS} s, and 1 s for every {settings.DICOM_SLOWEST_BYTES} bytes that came",
        "Secure transport": (
            f"BCP 195 (PS3.15 B.12) on port {settings.DICOM_TLS_PORT} once a certificate is set: TLS 1.2 and 1.3;"
            f" of TLS 1.2 the ciphers {tls.CIPHERS.partition(':!')[0].replace(':', ', ')}"
        ),
    }
    yield from _table(("fact", "value"), iter(facts.items()))
    yield "A peer is known by its AE title and its address together (page Nodes) and may use the services that it was given there.\n"
    yield "A connection from an address that no active node has is closed unanswered. Each node has a limit of associations at once:\n\n"
    yield from _table(("service", "right"), ((service, f"`{right}`") for service, right in RIGHTS.items()))
    yield "Verification is open to every node, and to our own AE title on this machine (`/readyz`).\n"


def _services() -> Iterator[str]:
    yield "## Services\n"
    for service, uids in SERVICES.items():
        yield f"### {service}\n\n{SERVICE_NOTES[service]}\n"
        yield from _table(("SOP class", "UID"), ((UID(uid).name, uid) for uid in uids))
    yield (
        "Transfer syntaxes of requests and answers, as the peer prefers: " + ", ".join(UID(uid).name for uid in IDENTIFIER_SYNTAXES) + ".\n"
    )


def _storage() -> Iterator[str]:
    yield "## Storage\n"
    others = "Private and unknown storage classes are accepted too." if settings.DICOM_ANY_STORAGE else "Other classes are refused."
    yield f"C-STORE as SCP and SCU. Every transfer syntax is accepted, the first that the sender proposes, and kept as received. {others}"
    yield "A receiver that cannot take the stored syntax is sent Explicit or Implicit VR Little Endian.\n"
    yield from _table(("SOP class", "UID"), ((NEW_NAMES.get(uid) or UID(uid).name, uid) for uid in sorted(STORAGE_CLASSES)))


def _corrections() -> Iterator[str]:
    yield "## Corrected and rejected objects\n"
    yield (
        "Objects are kept as received. Of a study that a person corrected (split, merge, another order or patient), all that goes out "
        "carries the corrected patient and study, new Study, Series and SOP Instance UIDs, UTF-8, and what it said before in the Original "
        "Attributes Sequence (reason CORRECT; nothing personal where that was a protected patient). Objects that are sent again under "
        "the earlier UIDs are recognised and follow. On demand a node is sent a rejection note for the earlier objects first (113038).\n"
    )
    yield (
        "Rejection notes (Key Object Selection, CID 7011) of a node with the right `may_reject` are carried out at once (IHE RAD IOCM), "
        "others wait for a person. Rejected objects are in no query, retrieval, transfer and page:\n"
    )
    yield from _table(("code", "meaning"), ((reason.code, reason.meaning) for reason in REASONS.values()))


def _written() -> Iterator[str]:
    yield "## Objects that Lightbox writes\n"
    yield (
        "What readers kept is saved as Key Object Selection (TID 2010), Grayscale and Color Softcopy Presentation State, and "
        "Comprehensive SR (TID 1500: regions by TID 1410, other measurements by TID 1501 with SCOORD), each in a series of its own "
        "(9101 to 9103). A length at the plane of the detector, or perhaps there, says so in a Comment (121106, DCM) below its number. "
        "Saving again writes new objects; Predecessor Documents Sequence names those that they take the place of, as a standard "
        "extension in the presentation states and key objects. A presentation state holds the window, modality LUT, displayed area, "
        "turn and drawings. Measurements on cut planes make it a Comprehensive 3D SR: lines by TID 1501, balls by TID 1411 with Volume "
        "Surface, both with SCOORD3D and the frame of reference. Uptake is in UCUM, of a region or ball by its derivations. A trace in "
        "a Doppler spectrum has Velocity Time Integral (20354-7, LN), Time averaged peak velocity (11692-1, LN) and Envelope Duration "
        "(59108-1, LN).\n"
    )
    yield (
        "A key image of cut planes, projections, fusion or volume rendering is a Secondary Capture (8-bit RGB, Explicit VR Little "
        "Endian, not compressed) in series 9104, one for each modality, as the viewer drew it: with the letters of its sides, scale and "
        "measurements and without anything that names the patient (Burned In Annotation NO). Derivation Description and Derivation Code "
        "Sequence (CID 7203) say plane, slab and windows; Source Image Sequence names of each series the picture nearest to the middle "
        "of what was seen; frame of reference, age, size, weight and earlier lossy compression come from the sources. Pixel Spacing is "
        "there except of volume rendering.\n"
    )


def _keys() -> Iterator[str]:
    yield "## Keys of query and retrieve\n\nOne table serves C-FIND and QIDO-RS."
    yield "Any other attribute that was asked for is returned from the stored objects.\n"
    names = {Level.STUDY: "study", Level.SERIES: "series", Level.INSTANCE: "image"}
    for level, keys in KEYS_BY_LEVEL.items():
        yield f"### Level {names[level]}\n"
        yield from _table(
            ("attribute", "tag", "matching"),
            (
                (key.keyword, f"({key.tag[:4]},{key.tag[4:]})", "returned only" if key.kind is Kind.COUNT else key.kind.value)
                for key in keys
            ),
        )


def _statuses() -> Iterator[str]:
    yield "## Statuses\n"
    yield from _table(("C-STORE", "meaning"), iter(STORE_STATUSES))
    yield from _table(("C-FIND, C-MOVE, C-GET", "meaning"), iter(QUERY_STATUSES))


def _character_sets() -> Iterator[str]:
    yield "## Character sets\n"
    single = [term for term in CODECS if term.startswith(("ISO_IR", "GB"))]
    extended = sorted({term for term, _codec in ESCAPES.values()})
    yield "Read and written without code extensions: " + ", ".join(single) + ".\n"
    yield "With code extensions: " + ", ".join(extended) + ".\n"
    yield "Chinese text that is declared as something else is recognised where there is no doubt; unreadable text never stops an object."
    yield "A study whose patient name was guessed says so in the viewer and by a private attribute of the index: (0011,1001) of LIGHTBOX."
