"""Answers on an association of ours reach who asked, also when pynetdicom's reactor is late. Not covered: pynetdicom as a server."""

import threading

import pytest
from pynetdicom import build_context
from pynetdicom.dimse_primitives import C_ECHO

from imaging.dimse.contexts import VERIFICATION
from imaging.dimse.scu.client import associated
from imaging.dimse.server import DicomServer
from tests.system import until

pytestmark = pytest.mark.interop
SECONDS = 10


def test_a_late_reactor_leaves_the_answer_to_who_asked(dicom: DicomServer) -> None:
    with associated("127.0.0.1", dicom.port, "LIGHTBOX", [build_context(VERIFICATION)]) as assoc:
        answer = C_ECHO()
        assoc._reactor_checkpoint.clear()  # what a request does first; the reactor may not have noticed
        assoc.dimse.msg_queue.put((1, answer))
        late = assoc.dimse.get_msg(block=False)
        assert (late, assoc.dimse.get_msg(block=True)) == ((None, None), (1, answer))
        assoc._reactor_checkpoint.set()
        assert assoc.send_c_echo().Status == 0


def test_a_request_of_the_peer_served_meanwhile_leaves_nobody_waiting_for_the_reactor(dicom: DicomServer) -> None:
    """As when an archive tells on our association what it keeps, just when we part: the thread that served it ends last."""
    with associated("127.0.0.1", dicom.port, "LIGHTBOX", [build_context(VERIFICATION)]) as assoc:
        assoc._reactor_checkpoint.clear()
        until(lambda: assoc._is_paused, "the reactor stands")
        echo = C_ECHO()
        echo.MessageID, echo.AffectedSOPClassUID = 1, VERIFICATION
        asked = threading.Thread(target=assoc._serve_request, args=(echo, 1))
        asked.start()
        asked.join()
        parting = threading.Thread(target=assoc.release, daemon=True)
        parting.start()
        parting.join(SECONDS)
        assert not parting.is_alive()
