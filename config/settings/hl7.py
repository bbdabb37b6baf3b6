"""HL7 version 2: who we are, where results go, and how long and how often we try."""

from config import environment
from config.settings import ports

HL7_APPLICATION = environment.text("LIGHTBOX_HL7_APPLICATION", "LIGHTBOX", "Our MSH-5 (and MSH-3 in what we send).")
HL7_FACILITY = environment.text("LIGHTBOX_HL7_FACILITY", "RADIOLOGY", "Our MSH-6 (and MSH-4 in what we send).")
HL7_HIS_APPLICATION = environment.text("LIGHTBOX_HL7_HIS_APPLICATION", "HIS", "MSH-5 of what we send.")
HL7_HIS_FACILITY = environment.text("LIGHTBOX_HL7_HIS_FACILITY", "HOSPITAL", "MSH-6 of what we send.")
HL7_OUT = environment.text(
    "LIGHTBOX_HL7_OUT", f"127.0.0.1:{ports.HIS_PORT}", "host:port that receives ORU, DFT and order status; the simulated HIS by default."
)
HL7_MESSAGE_BYTES = environment.number(
    "LIGHTBOX_HL7_MESSAGE_BYTES", 16 * 1024 * 1024, "Largest message accepted; a report with a PDF has several MB."
)
HL7_IDLE_SECONDS = environment.number("LIGHTBOX_HL7_IDLE_SECONDS", 600, "A connection that stays silent this long is closed.")
HL7_ACK_SECONDS = environment.number("LIGHTBOX_HL7_ACK_SECONDS", 30, "How long we wait for an acknowledgement before trying again.")
HL7_ISSUER = environment.text("LIGHTBOX_HL7_ISSUER", "HOSPITAL", "Issuer of a patient number that names none (PID-3.4).")
HL7_CHARSET = environment.text("LIGHTBOX_HL7_CHARSET", "UTF-8", "Character set when MSH-18 is empty, and of what we send.")
HL7_FRAME_SECONDS = environment.number("LIGHTBOX_HL7_FRAME_SECONDS", 60, "How long one message may take from its first byte to its last.")
HL7_BUFFER_BYTES = environment.number(
    "LIGHTBOX_HL7_BUFFER_BYTES", 128 * 1024 * 1024, "What unfinished messages of all connections together may hold in memory."
)
HL7_CONNECTIONS = environment.number("LIGHTBOX_HL7_CONNECTIONS", 256, "HL7 connections served at once by one process.")
HL7_THREADS = environment.number("LIGHTBOX_HL7_THREADS", 4, "Messages applied at once by one process; those of a connection in order.")
HL7_CHECK_RECEIVER = environment.flag("LIGHTBOX_HL7_CHECK_RECEIVER", False, "Reject messages whose MSH-5 and MSH-6 name somebody else.")
HL7_PROCESSING_IDS = environment.words(
    "LIGHTBOX_HL7_PROCESSING", ["P"], "Values of MSH-11 that are applied: P production, T training, D debugging; the demo takes all three."
)
