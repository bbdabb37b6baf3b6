"""SOP classes that a modality uses beside storage (PS3.6 annex A)."""

from pydicom.uid import UID

WORKLIST = UID("1.2.840.10008.5.1.4.31")
MPPS = UID("1.2.840.10008.3.1.2.3.3")
COMMITMENT = UID("1.2.840.10008.1.20.1")
COMMITMENT_INSTANCE = UID("1.2.840.10008.1.20.1.1")
VERIFICATION = UID("1.2.840.10008.1.1")
