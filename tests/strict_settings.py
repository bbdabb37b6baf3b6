"""The demo's settings, but peers on this machine are no nodes of themselves: what a hospital's DICOM door is like."""

from config.settings.demo import *  # noqa: F403

DICOM_TRUST_LOOPBACK = False
