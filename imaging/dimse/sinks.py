"""Where the data set of a request goes while it arrives: storage straight to disk, everything else to bounded memory."""

from typing import Protocol

from django.conf import settings

from imaging.archive.intake.spool import Spooled, SpoolWriter
from imaging.common.dicom import is_uid
from imaging.common.errors import LightboxError
from imaging.dimse import commands as c
from imaging.dimse.contexts import Context
from imaging.dimse.pdu import BadPdu


class Sink(Protocol):
    def write(self, piece: bytes) -> None: ...

    def discard(self) -> None: ...


class MemorySink:
    def __init__(self) -> None:
        self._content = bytearray()

    def write(self, piece: bytes) -> None:
        if len(self._content) + len(piece) > settings.DICOM_REQUEST_BYTES:
            raise BadPdu("the data set of a request is too large")
        self._content += piece

    def content(self) -> bytes:
        return bytes(self._content)

    def discard(self) -> None:
        self._content = bytearray()


class DiscardSink:
    """Takes an object that its sender may not store, so that the refusal can be told when it has been read off the wire."""

    def write(self, piece: bytes) -> None:
        pass

    def discard(self) -> None:
        pass


class StoreSink:
    """A spool file that keeps quiet about trouble until the object has been read off the wire; then `finish` tells."""

    def __init__(self, context: Context, command: c.Command, source_ae_title: str) -> None:
        self._writer: SpoolWriter | None = None
        self._error: LightboxError | None = None
        sop_class, sop_instance = (_uid(command, key) for key in (c.AFFECTED_CLASS, c.AFFECTED_INSTANCE))
        try:
            self._writer = SpoolWriter(context.transfer_syntax, sop_class, sop_instance, source_ae_title)
        except LightboxError as error:
            self._error = error

    def write(self, piece: bytes) -> None:
        if self._writer is None:
            return
        try:
            self._writer.write(piece)
        except LightboxError as error:
            self._error = error
            self.discard()

    def finish(self) -> Spooled:
        """The object, complete. Raises what went wrong on the way."""
        if self._error is not None or self._writer is None:
            raise self._error or LightboxError("nothing was received")
        writer, self._writer = self._writer, None
        return writer.finish()

    def discard(self) -> None:
        if self._writer is not None:
            self._writer.discard()
            self._writer = None


def _uid(command: c.Command, element: int) -> str:
    value = str(command.get(element, ""))
    return value if is_uid(value) else ""
