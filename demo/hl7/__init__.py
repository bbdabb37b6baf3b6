"""HL7 version 2 as a hospital information system speaks it."""
