"""A web server for tests that need a socket: uvicorn in a thread, as in production, on the test's own database."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import uvicorn

from tests.services import free_port
from tests.system import until


@contextlib.contextmanager
def served(application: Any) -> Iterator[str]:
    """`application` (ASGI) on a free port of loopback; gives its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(application, port=port, log_level="warning", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    until(lambda: server.started, "the web server started")
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)
