"""Which doors we are about to open, and whether somebody else already stands in one."""

import contextlib
import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class Door:
    what: str
    host: str
    port: int
    variable: str

    def is_taken(self) -> bool:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As servers do: an old connection in TIME_WAIT does not count as taken, a listener does.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError:
                return True
        return False

    def complaint(self) -> str:
        example = f"{self.variable}={free_port(self.port + 1)} make demo"
        return f"Port {self.port} ({self.what}) is taken. Choose another with {self.variable}, for example: {example}"


def taken(doors: list[Door]) -> list[Door]:
    return [door for door in doors if door.is_taken()]


def free_port(wish: int = 0) -> int:
    """A port that nobody has on loopback: the wished one if possible."""
    for candidate in (wish, 0):
        with contextlib.suppress(OSError, OverflowError), socket.socket() as probe:
            probe.bind(("127.0.0.1", candidate))
            return int(probe.getsockname()[1])
    raise OSError("This machine has no free port.")
