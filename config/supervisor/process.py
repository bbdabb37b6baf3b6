"""One child process: started in a group of its own, read line by line, started again when it dies, stopped with its whole group."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Mapping

from config.supervisor.console import Console
from config.supervisor.programs import Program
from config.supervisor.undertaker import Undertaker, send

LINE_BYTES = 1024 * 1024
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_SECONDS = 60.0
GRACE_SECONDS = 10.0
LAST_WORDS_SECONDS = 2.0


class Child:
    def __init__(self, program: Program, console: Console, undertaker: Undertaker, env: Mapping[str, str]) -> None:
        self.program = program
        self._console, self._undertaker = console, undertaker
        self._env = {**env, **program.env}
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Ask for the end; `run` and `run_once` return when it is reached."""
        self._stopping.set()

    async def run(self) -> int:
        """Keep the program running until `stop`; one that ends by itself is run once."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            started = time.monotonic()
            status = await self.run_once()
            if self._stopping.is_set():
                return status
            if self.program.is_once:
                self._console.say(f"{self.program.name} ended {describe(status)}")
                return status
            pause = FIRST_PAUSE_SECONDS if time.monotonic() - started > HEALTHY_SECONDS else pause
            self._console.say(f"{self.program.name} ended {describe(status)}; starting it again in {pause:.0f} s")
            if await happens(self._stopping, pause):
                return status
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def run_once(self) -> int:
        """Start the program, pass on what it prints, and answer with its exit status."""
        reader, writing = await output_pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *self.program.command,
                env=self._env,
                stdin=asyncio.subprocess.PIPE if self.program.stdin else asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                start_new_session=True,
            )
        finally:
            os.close(writing)
        self._undertaker.add(process.pid)
        await self._feed(process)
        reading = asyncio.create_task(self._read(reader))
        status = await self._end(process)
        # What the program left running in its group goes with it, and with that the far end of its output.
        send(process.pid, signal.SIGKILL)
        self._undertaker.remove(process.pid)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(reading, LAST_WORDS_SECONDS)
        return status

    async def _end(self, process: asyncio.subprocess.Process) -> int:
        """Wait for its own end or for `stop`: then SIGTERM, a while to finish, SIGKILL."""
        ended = asyncio.create_task(process.wait())
        asked = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if not ended.done():
            send(process.pid, signal.SIGTERM, group=False)
            await asyncio.wait({ended}, timeout=GRACE_SECONDS)
        if not ended.done():
            self._console.say(f"{self.program.name} did not stop in {GRACE_SECONDS:.0f} s: killed")
            send(process.pid, signal.SIGKILL)
        return await ended

    async def _feed(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.write(self.program.stdin.encode())
                await process.stdin.drain()
            process.stdin.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await reader.readline()
            except ValueError:  # longer than LINE_BYTES: asyncio has dropped it
                continue
            if not line:
                return
            self._console.line(self.program.name, line.decode(errors="replace").rstrip())


async def output_pipe() -> tuple[asyncio.StreamReader, int]:
    """A reader, and the end for the program to write to.

    Not asyncio's own pipe: with that, `wait` would wait for what the program has left running, too.
    """
    reading, writing = os.pipe()
    reader = asyncio.StreamReader(limit=LINE_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading, "rb"))
    return reader, writing


def describe(status: int) -> str:
    return f"by signal {signal.Signals(-status).name}" if status < 0 else f"with status {status}"


async def happens(event: asyncio.Event, seconds: float) -> bool:
    """Whether the event comes within that time."""
    with contextlib.suppress(TimeoutError):
        return await asyncio.wait_for(event.wait(), seconds)
    return False
