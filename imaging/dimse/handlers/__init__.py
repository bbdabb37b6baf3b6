"""One file for each DIMSE service; this is the table of them, by command field."""

from imaging.dimse import commands as c
from imaging.dimse.association import Association, Handler, Message
from imaging.dimse.contexts import WORKLIST_FIND
from imaging.dimse.handlers import commitment, echo, find, mpps, retrieve, store, worklist


def _find(association: Association, request: Message) -> None:
    """One operation, two services: which one, the presentation context says."""
    service = worklist if request.context.abstract_syntax == WORKLIST_FIND else find
    service.handle(association, request)


HANDLERS: dict[int, Handler] = {
    c.C_ECHO_RQ: echo.handle,
    c.C_STORE_RQ: store.handle,
    c.C_FIND_RQ: _find,
    c.C_MOVE_RQ: retrieve.handle_move,
    c.C_GET_RQ: retrieve.handle_get,
    c.N_ACTION_RQ: commitment.handle,
    c.N_EVENT_REPORT_RQ: commitment.handle_report,
    c.N_CREATE_RQ: mpps.handle_create,
    c.N_SET_RQ: mpps.handle_set,
    c.N_GET_RQ: mpps.handle_get,
}
