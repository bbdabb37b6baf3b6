"""PostgreSQL and Redis for a test run: own processes, own folder, free ports, gone afterwards. Works from root too."""

import contextlib
import itertools
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

UNPRIVILEGED = "nobody"
START_SECONDS = 30.0
SLOW_START_SECONDS = 60.0


class ServiceMissing(Exception):
    """A server that the tests need is not installed."""


@contextlib.contextmanager
def postgres(*, is_durable: bool = False) -> Iterator[str]:
    """A fresh PostgreSQL; gives its address for LIGHTBOX_DATABASE_URL. `is_durable`: it syncs what it commits, as a benchmark needs."""
    programs = postgres_programs()
    with folder("pg") as home:
        data, port, owner = home / "data", free_port(), unprivileged()
        initdb = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run(
            [*initdb, "--locale=C.UTF-8", "--no-sync", "--no-instructions"], check=True, stdout=subprocess.DEVNULL, cwd=home, **owner
        )
        options = {"shared_buffers": "64MB", "max_connections": "200"}
        if not is_durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        server = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(home)]
        with running([*server, *(word for pair in options.items() for word in ("-c", "=".join(pair)))], home, signal.SIGINT, **owner):
            until_postgres_answers(programs, port)
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A fresh Redis that keeps nothing; gives its address for LIGHTBOX_REDIS_URL."""
    program = shutil.which("redis-server")
    if program is None:
        raise ServiceMissing("redis-server is not installed: as root, run make test once.")
    with folder("redis") as home:
        port = free_port()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(home), "--save", "", "--appendonly", "no"]
        with running(command, home, signal.SIGTERM, **unprivileged()):
            until_accepts(port)
            yield f"redis://127.0.0.1:{port}/0"


def postgres_programs() -> Path:
    """The newest installed server's programs. Raises ServiceMissing."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise ServiceMissing("PostgreSQL is not installed: as root, run make test once.")
    return Path(on_path).resolve().parent


def unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; for anybody else nothing changes."""
    if os.geteuid() != 0:
        return {}
    owner = pwd.getpwnam(UNPRIVILEGED)
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def folder(name: str) -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix=f"lightbox-{name}-"))
    owner = unprivileged()
    if owner:
        os.chown(home, owner["user"], owner["group"])
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def running(command: list[str], home: Path, stop: signal.Signals, **owner: Any) -> Iterator[None]:
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=home, **owner)
    try:
        yield
    finally:
        process.send_signal(stop)
        process.wait(START_SECONDS)


def until_postgres_answers(programs: Path, port: int) -> None:
    ask = [str(programs / "pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-q"]
    wait_for(lambda: subprocess.run(ask, check=False).returncode == 0, "PostgreSQL")


def until_accepts(port: int) -> None:
    wait_for(lambda: accepts(port), "Redis")


def accepts(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def wait_for(is_up: Any, name: str, seconds: float = START_SECONDS) -> None:
    pause = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if is_up():
            return
        pause.wait(0.05)
    raise ServiceMissing(f"{name} did not start.")


def free_port() -> int:
    """A port that nobody has, and that nobody else is given before its server listens: not the system, not another test process."""
    while True:
        port = next(_ports)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def _own_ports() -> Iterator[int]:
    """Below the range from which Linux gives ports to anybody, beginning far from where other test processes begin."""
    for step in itertools.count(os.getpid() * 997):
        yield 15000 + step % 17000


_ports = _own_ports()


@contextlib.contextmanager
def object_store() -> Iterator[tuple[str, str, str]]:
    """A fresh S3 service that checks signatures; gives its address, access key and secret key."""
    program = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if program is None:
        raise ServiceMissing("weed is not installed: run make test once.")
    keys = ("lightbox-test", "not-a-secret-at-all")
    with folder("s3") as home:
        ports = {name: free_port() for name in ("master", "volume", "filer", "s3")}
        credentials = [{"accessKey": keys[0], "secretKey": keys[1]}]
        allowed = {"identities": [{"name": "lightbox", "credentials": credentials, "actions": ["Admin", "Read", "Write", "List"]}]}
        (home / "s3.json").write_text(json.dumps(allowed), encoding="utf-8")
        (home / "data").mkdir(mode=0o777)
        (home / "data").chmod(0o777)
        options = [f"-{name}.port={port}" for name, port in ports.items()] + [f"-{name}.port.grpc={free_port()}" for name in ports]
        command = [
            program,
            "server",
            "-s3",
            f"-s3.config={home}/s3.json",
            f"-dir={home}/data",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            *options,
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
        ]
        with running(  # what it would write down in a clean stop of half a minute goes with its folder
            [*command, "-master.volumeSizeLimitMB=64", "-volume.max=20", "-master.telemetry=false"], home, signal.SIGKILL, **unprivileged()
        ):
            wait_for(lambda: accepts(ports["s3"]), "the S3 service", SLOW_START_SECONDS)
            yield f"http://127.0.0.1:{ports['s3']}", *keys
