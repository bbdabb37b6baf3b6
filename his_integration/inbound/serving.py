"""The listener as a process: MLLP in front, a few threads with their own database connections behind."""

import asyncio
import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import connections

from his_integration.inbound.receive import receive
from his_integration.mllp.framing import Block
from his_integration.mllp.listener import Limits, Listener

logger = logging.getLogger(__name__)


def limits() -> Limits:
    return Limits(
        message_bytes=settings.HL7_MESSAGE_BYTES,
        buffer_bytes=settings.HL7_BUFFER_BYTES,
        connections=settings.HL7_CONNECTIONS,
        frame_seconds=settings.HL7_FRAME_SECONDS,
        idle_seconds=settings.HL7_IDLE_SECONDS,
    )


def listener_for(pool: ThreadPoolExecutor) -> Listener:
    """A listener that applies messages in the threads of `pool`. Each thread keeps its database connection between messages."""

    async def answer(block: Block, peer: str) -> bytes:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, lambda: receive(block.payload, is_whole=block.is_whole))

    return Listener(answer, limits())


def close_connections(pool: ThreadPoolExecutor, threads: int) -> None:
    """Close the database connection of each thread of `pool`, which has nothing else to do any more."""
    everyone = threading.Barrier(threads)

    def close() -> None:
        everyone.wait()
        connections.close_all()

    for done in [pool.submit(close) for _number in range(threads)]:
        done.result()


async def serve(host: str, port: int) -> None:
    """Listen until SIGTERM or SIGINT; messages in work are answered before it returns. Raises OSError when the port is taken."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with ThreadPoolExecutor(settings.HL7_THREADS, thread_name_prefix="hl7") as pool:
        listener = listener_for(pool)
        await listener.start(host, port)
        logger.info("HL7 (MLLP) listens on %s:%s", host, listener.port)
        await stop.wait()
        await listener.stop()
        close_connections(pool, settings.HL7_THREADS)
    logger.info("HL7 (MLLP) has stopped")
