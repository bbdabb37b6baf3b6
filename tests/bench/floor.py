"""What this machine allows at all: objects of the same size received, digested and made durable by programs that do nothing else.

One process for each sender, no index, no DICOM. Whoever keeps the promise "synced before it is acknowledged" on the same two cores, with
the same sender beside it, stays below this.

    python -m tests.bench.floor FOLDER     a server; prints its port
"""

import contextlib
import hashlib
import os
import socket
import socketserver
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

OBJECT_BYTES = 512 * 1024
PIECE_BYTES = 128 * 1024
DONE = b"\1"


class Receiver(socketserver.BaseRequestHandler):
    """Object after object of `OBJECT_BYTES`, each acknowledged by one byte once it is durable."""

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        block = memoryview(bytearray(OBJECT_BYTES))
        while self.request.recv_into(block, OBJECT_BYTES, socket.MSG_WAITALL) == OBJECT_BYTES:
            hashlib.sha256(block).hexdigest()
            keep(Path(sys.argv[1]), block)
            self.request.sendall(DONE)


class Server(socketserver.ForkingTCPServer):
    max_children = 64


def keep(folder: Path, content: memoryview) -> None:
    """Write, sync, rename and sync the folder."""
    half = folder / f"{uuid.uuid4().hex}.part"
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    half.rename(half.with_suffix(".dcm"))
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def receiving(folder: Path) -> Iterator[int]:
    """The port of such a server, which keeps what it gets in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.bench.floor", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def rate(port: int, objects: list[tuple[str, bytes]], senders: int) -> float:
    """Objects a second; the connections are open before the clock starts."""
    with ExitStack() as opened:
        sockets = [opened.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(senders)]
        pool = opened.enter_context(ThreadPoolExecutor(senders))
        started = time.perf_counter()
        list(pool.map(send_all, sockets, [objects[one::senders] for one in range(senders)]))
        return len(objects) / (time.perf_counter() - started)


def send_all(sock: socket.socket, objects: list[tuple[str, bytes]]) -> None:
    """Raises ConnectionError when one is not acknowledged."""
    for _uid, data in objects:
        for at in range(0, OBJECT_BYTES, PIECE_BYTES):
            sock.sendall(data[at : min(at + PIECE_BYTES, OBJECT_BYTES)])
        if sock.recv(1) != DONE:
            raise ConnectionError("not acknowledged")


if __name__ == "__main__":
    with Server(("127.0.0.1", 0), Receiver) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()
