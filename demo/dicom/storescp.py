"""STORESCP: a small storage node, so that studies can be sent somewhere."""

import argparse
import signal
import threading
from pathlib import Path
from typing import Any

from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, AllStoragePresentationContexts, evt

from demo import environment
from demo.dicom.association import without_delay
from demo.dicom.uids import VERIFICATION

AE_TITLE = "STORESCP"


def keep(event: evt.Event, folder: Path) -> int:
    """Write the object as it came, named by its UID; A700 when the disk does not take it."""
    uid = "".join(character for character in str(event.file_meta.MediaStorageSOPInstanceUID) if character in "0123456789.")
    path = folder / f"{uid}.dcm"
    try:
        path.write_bytes(event.encoded_dataset())
    except OSError as error:
        print(f"A700 {error}", flush=True)
        return 0xA700
    print(f"received {uid}", flush=True)
    return 0x0000


def node(folder: Path) -> AE:
    """An entity that takes every kind of object in every transfer syntax."""
    folder.mkdir(parents=True, exist_ok=True)
    ae = AE(AE_TITLE)
    ae.add_supported_context(VERIFICATION)
    for context in AllStoragePresentationContexts:
        ae.add_supported_context(str(context.abstract_syntax), ALL_TRANSFER_SYNTAXES)
    return ae


def run(_arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    address, folder = environment.storescp(), environment.data_folder() / "storescp"
    handlers: list[Any] = [(evt.EVT_C_STORE, keep, [folder]), (evt.EVT_CONN_OPEN, without_delay)]
    server = node(folder).start_server((address.host, address.port), block=False, evt_handlers=handlers)
    print(f"{AE_TITLE} on {address.host}:{address.port}", flush=True)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    if server is not None:
        server.shutdown()
    return 0
