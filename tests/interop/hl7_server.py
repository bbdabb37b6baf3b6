"""The HL7 listener for tests: in threads of the test process, or as a process of its own that can be killed."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from hl7.client import MLLPClient

from his_integration.inbound.serving import close_connections, listener_for
from tests import services

WAIT = 30
THREADS = 4


@contextlib.contextmanager
def hl7_listening() -> Iterator[int]:
    """A listener on a free port, applying messages to the test's database; gives the port. The test's data has to be committed."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    pool = ThreadPoolExecutor(THREADS)
    listener = listener_for(pool)

    def run() -> None:
        loop.run_until_complete(listener.start("127.0.0.1", 0))
        ready.set()
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    if not ready.wait(WAIT):
        raise RuntimeError("the listener did not start")
    try:
        yield listener.port
    finally:
        asyncio.run_coroutine_threadsafe(listener.stop(), loop).result(WAIT)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WAIT)
        close_connections(pool, THREADS)
        pool.shutdown()
        loop.close()


def ask(port: int, *messages: bytes) -> list[bytes]:
    """Send messages over one connection of python-hl7's client; the answers without their frame."""
    with MLLPClient("127.0.0.1", port) as client:
        client.socket.settimeout(WAIT)
        return [client.send_message(raw).strip(b"\x0b\x1c\r") + b"\r" for raw in messages]


@dataclass
class Process:
    """`manage.py hl7_listener` by itself."""

    port: int
    process: "subprocess.Popen[bytes]"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(WAIT)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(WAIT)


def database_url() -> str:
    """The address of the test's own database, for another process."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return f"postgres://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


@contextlib.contextmanager
def hl7_process() -> Iterator[Process]:
    port = services.free_port()
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "LIGHTBOX_DATABASE_URL": database_url(),
        "LIGHTBOX_REDIS_URL": settings.REDIS_URL,
        "LIGHTBOX_LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "manage.py", "hl7_listener", "--port", str(port)]
    running = Process(port, subprocess.Popen(command, env=env, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL))
    try:
        services.wait_for(lambda: services.accepts(port) or running.process.poll() is not None, "the HL7 listener")
        yield running
    finally:
        if running.process.poll() is None:
            running.kill()
