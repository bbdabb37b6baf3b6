"""What can go wrong, in words that a person or a peer can act on.

Every door (page, REST, DICOM, HL7) maps these classes to its own answer; none of them ever shows a traceback.
`Retriable` says that the same call may succeed later; everything else is permanent.
"""

from django.utils.functional import Promise


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
