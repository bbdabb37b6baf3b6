"""One file for each DIMSE service; this is the table of them, by command field."""

from imaging.dimse import commands as c
from imaging.dimse.association import Handler
from imaging.dimse.handlers import echo, store

HANDLERS: dict[int, Handler] = {
    c.C_ECHO_RQ: echo.handle,
    c.C_STORE_RQ: store.handle,
}
