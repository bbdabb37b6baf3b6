"""What can go wrong, in words that a person or a peer can act on.

Every door (page, REST, DICOM, HL7) maps these classes to its own answer; none of them ever shows a traceback.
`Retriable` says that the same call may succeed later; everything else is permanent.
"""

import logging

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)


class LightboxError(Exception):
    """Base of all errors that a user or a peer may see.

    `message` says what happened and what to do; `code` is stable for programs; `field` names the input at fault, if one is.
    """

    status = 400
    code = "error"

    def __init__(self, message: str | Promise, *, code: str | None = None, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class InvalidInput(LightboxError):
    code = "invalid-input"


class NotFound(LightboxError):
    status = 404
    code = "not-found"


class Forbidden(LightboxError):
    status = 403
    code = "forbidden"


class Conflict(LightboxError):
    """Somebody else changed the same thing, or the thing asked for is taken."""

    status = 409
    code = "conflict"


class WrongState(Conflict):
    code = "wrong-state"


class Duplicate(Conflict):
    code = "duplicate"


class TooLarge(LightboxError):
    status = 413
    code = "too-large"


class StorageRefused(LightboxError):
    """No room to store; the sender keeps its copy and tries again (A700)."""

    status = 507
    code = "storage-refused"


class Retriable(LightboxError):
    """A failure outside (network, peer busy) that the named job tries again."""

    status = 503
    code = "try-again"


# What Python and the database say to a number, a date, a depth or a character that nothing here can be.
UNREADABLE = (OverflowError, RecursionError, DataError, SuspiciousOperation)


def told(error: Exception) -> LightboxError | None:
    """What went wrong with the request, for who sent it; None when the fault is ours."""
    if isinstance(error, LightboxError):
        return error
    if isinstance(error, RequestDataTooBig):
        return TooLarge(_("This is more than Lightbox takes at once."))
    if isinstance(error, UNREADABLE):
        logger.warning("A request could not be read: %s: %s", type(error).__name__, error)
        return InvalidInput(_("A value in this request cannot be read, or is out of range."))
    return None
