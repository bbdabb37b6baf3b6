"""What segments and fields are called, for people who read a message. Names as in HL7 v2.5.1; only what we read or write."""

SEGMENTS: dict[str, str] = {
    "MSH": "Message header",
    "EVN": "Event type",
    "PID": "Patient identification",
    "PV1": "Patient visit",
    "MRG": "Merge patient information",
    "AL1": "Allergy",
    "IN1": "Insurance",
    "ORC": "Common order",
    "OBR": "Observation request",
    "TQ1": "Timing and quantity",
    "IPC": "Imaging procedure control",
    "ZDS": "Study Instance UID",
    "OBX": "Observation result",
    "NTE": "Notes and comments",
    "DG1": "Diagnosis",
    "FT1": "Financial transaction",
    "MSA": "Message acknowledgement",
    "ERR": "Error",
}
FIELDS: dict[str, dict[int, str]] = {
    "MSH": {
        3: "Sending application", 4: "Sending facility", 5: "Receiving application", 6: "Receiving facility", 7: "Date/time of message",
        9: "Message type", 10: "Message control ID", 11: "Processing ID", 12: "Version ID", 15: "Accept acknowledgement type",
        16: "Application acknowledgement type", 17: "Country code", 18: "Character set",
    },
    "EVN": {1: "Event type code", 2: "Recorded date/time"},
    "PID": {
        1: "Set ID", 2: "Patient ID", 3: "Patient identifier list", 5: "Patient name", 7: "Date/time of birth", 8: "Administrative sex",
        11: "Patient address", 13: "Phone number, home", 14: "Phone number, business", 18: "Patient account number",
        32: "Identity reliability code",
    },
    "PV1": {
        1: "Set ID", 2: "Patient class", 3: "Assigned patient location", 7: "Attending doctor", 8: "Referring doctor", 16: "VIP indicator",
        19: "Visit number", 20: "Financial class", 44: "Admit date/time", 45: "Discharge date/time",
    },
    "MRG": {1: "Prior patient identifier list", 7: "Prior patient name"},
    "AL1": {1: "Set ID", 2: "Allergen type", 3: "Allergen", 4: "Severity", 5: "Reaction"},
    "ORC": {
        1: "Order control", 2: "Placer order number", 3: "Filler order number", 4: "Placer group number", 5: "Order status",
        7: "Quantity/timing", 9: "Date/time of transaction", 10: "Entered by", 12: "Ordering provider", 16: "Order control code reason",
        17: "Entering organization",
    },
    "OBR": {
        1: "Set ID", 2: "Placer order number", 3: "Filler order number", 4: "Universal service identifier", 5: "Priority",
        6: "Requested date/time", 7: "Observation date/time", 8: "Observation end date/time", 13: "Relevant clinical information",
        16: "Ordering provider", 18: "Placer field 1", 19: "Placer field 2", 20: "Filler field 1", 22: "Results report/status change",
        24: "Diagnostic service section", 25: "Result status", 27: "Quantity/timing", 31: "Reason for study",
        32: "Principal result interpreter", 33: "Assistant result interpreter", 34: "Technician", 36: "Scheduled date/time",
    },
    "TQ1": {1: "Set ID", 7: "Start date/time", 8: "End date/time", 9: "Priority"},
    "IPC": {
        1: "Accession identifier", 2: "Requested procedure ID", 3: "Study Instance UID", 4: "Scheduled procedure step ID", 5: "Modality",
        6: "Protocol code", 7: "Scheduled station name", 8: "Scheduled procedure step location", 9: "Scheduled AE title",
    },
    "OBX": {
        1: "Set ID", 2: "Value type", 3: "Observation identifier", 5: "Observation value", 6: "Units", 11: "Observation result status",
        14: "Date/time of the observation", 16: "Responsible observer",
    },
    "NTE": {1: "Set ID", 2: "Source of comment", 3: "Comment"},
    "FT1": {
        1: "Set ID", 2: "Transaction ID", 4: "Transaction date", 6: "Transaction type", 7: "Transaction code", 10: "Transaction quantity",
        11: "Transaction amount, extended", 12: "Transaction amount, unit", 13: "Department code", 16: "Assigned patient location",
        18: "Patient type", 20: "Performed by", 21: "Ordered by", 23: "Filler order number", 25: "Procedure code",
        26: "Procedure code modifier", 31: "Transaction reference key",
    },
    "MSA": {1: "Acknowledgement code", 2: "Message control ID", 3: "Text message"},
    "ERR": {1: "Error code and location", 2: "Error location", 3: "HL7 error code", 4: "Severity", 8: "User message"},
}  # fmt: skip


def segment_name(segment: str) -> str:
    return SEGMENTS.get(segment, "")


def field_name(segment: str, field: int) -> str:
    return FIELDS.get(segment, {}).get(field, "")
