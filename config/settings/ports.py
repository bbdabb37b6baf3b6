"""The doors: web, DICOM and HL7. Read by the servers, by the supervisor and by /readyz."""

from config import environment

HTTP_HOST = environment.text("LIGHTBOX_HTTP_HOST", "127.0.0.1", "Address on which the web server listens.")
HTTP_PORT = environment.number("LIGHTBOX_HTTP_PORT", 8000, "Port of the web server.")
DICOM_HOST = environment.text("LIGHTBOX_DICOM_HOST", "127.0.0.1", "Address on which the DICOM server listens.")
DICOM_PORT = environment.number("LIGHTBOX_DICOM_PORT", 11112, "Port of the DICOM server.")
HL7_HOST = environment.text("LIGHTBOX_HL7_HOST", "127.0.0.1", "Address on which the HL7 (MLLP) listener listens.")
HL7_PORT = environment.number("LIGHTBOX_HL7_PORT", 2575, "Port of the HL7 (MLLP) listener.")
HIS_PORT = environment.number("LIGHTBOX_HIS_PORT", 2576, "Port of the simulated hospital information system (demo only).")
STORESCP_PORT = environment.number("LIGHTBOX_STORESCP_PORT", 11113, "Port of the demo's storage node STORESCP (demo only).")
