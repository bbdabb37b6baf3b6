"""`python -m config.supervisor`: checks ports, prepares, starts everything, says when it is ready, stops it all on Ctrl-C or SIGTERM."""

import asyncio
import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from config.settings import dicom, paths, ports
from config.setup import install
from config.supervisor.broker import Broker
from config.supervisor.console import Console
from config.supervisor.folder import Unusable, claim
from config.supervisor.ports import taken
from config.supervisor.process import Child, describe
from config.supervisor.programs import Program, broker_program, doors, environment, hospital, own_broker, preparations, servers
from config.supervisor.undertaker import Undertaker

ACCOUNTS = "frontdesk technologist resident radiologist clinician cashier manager pacsadmin auditor"
PASSWORD = "lightbox-demo"  # noqa: S105  the demo's published password
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
POLL_SECONDS = 0.5
PATIENCE_SECONDS = 15.0


class Supervisor:
    def __init__(self, console: Console, undertaker: Undertaker, broker: Broker | None) -> None:
        self._console, self._undertaker, self._broker = console, undertaker, broker
        self._env = environment(broker)
        self._started = time.monotonic()
        self._stopping = asyncio.Event()
        self._running: list[tuple[Child, asyncio.Task[int]]] = []

    async def run(self) -> int:
        """Start, wait for a signal, stop. The exit status is 0 for a stop that somebody asked for."""
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, self._stopping.set)
        self._console.on_lost = self._stopping.set
        start = asyncio.create_task(self._start())
        asked = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({start, asked}, return_when=asyncio.FIRST_COMPLETED)
        has_failed = start.done() and not start.result()
        if not has_failed:
            await asked
        start.cancel()
        asked.cancel()
        await asyncio.gather(start, asked, return_exceptions=True)
        await self._stop()
        return 1 if has_failed else 0

    async def _start(self) -> bool:
        if self._broker:
            self._launch(broker_program(self._broker))
        for program in preparations():
            if not await self._prepare(program):
                return False
        around = hospital()
        for program in [*servers(), *(one for one in around if not one.waits_for_ready)]:
            self._launch(program)
        await self._until_ready()
        for program in (one for one in around if one.waits_for_ready):
            self._launch(program)
        return True

    def _launch(self, program: Program) -> None:
        child = Child(program, self._console, self._undertaker, self._env)
        self._running.append((child, asyncio.create_task(child.run())))

    async def _prepare(self, program: Program) -> bool:
        """Run one preparation to its end; answers whether the start may go on."""
        child = Child(program, self._console, self._undertaker, self._env)
        task = asyncio.create_task(child.run_once())
        self._running.append((child, task))
        if status := await asyncio.shield(task):
            self._console.say(f"{program.name} failed {describe(status)}; its last lines say why")
        return status == 0 or not program.is_needed

    async def _until_ready(self) -> None:
        told = time.monotonic()
        while (missing := await asyncio.to_thread(readiness)) is not None:
            if time.monotonic() - told > PATIENCE_SECONDS:
                told = time.monotonic()
                self._console.say(f"waiting for {missing}")
            await asyncio.sleep(POLL_SECONDS)
        for line in banner(time.monotonic() - self._started):
            self._console.say(line)

    async def _stop(self) -> None:
        """Everything at once, but the broker last, so that the others can finish what they have in hand."""
        self._console.say("stopping")
        for is_broker in (False, True):
            group = [(child, task) for child, task in self._running if (child.program.name == "redis") is is_broker]
            for child, _ in group:
                child.stop()
            await asyncio.gather(*(task for _, task in group))
        self._console.say("everything has stopped")


def readiness() -> str | None:
    """None when every part answers; otherwise what is still awaited."""
    try:
        with urllib.request.urlopen(f"{site()}/readyz", timeout=5):  # noqa: S310  our own address
            return None
    except urllib.error.HTTPError as error:
        return awaited(error)
    except OSError:
        return "web"


def awaited(error: urllib.error.HTTPError) -> str:
    """The parts that a 503 answer of /readyz names as not well."""
    try:
        parts: Mapping[str, Any] = json.loads(error.read())
    except ValueError:
        return f"web (status {error.code})"
    return ", ".join(f"{name} ({state})" for name, state in parts.items() if name != "status" and state != "ready")


def site() -> str:
    host = "127.0.0.1" if ports.HTTP_HOST in ("0.0.0.0", "::") else ports.HTTP_HOST  # noqa: S104  a comparison, not a binding
    return f"http://{host}:{ports.HTTP_PORT}"


def banner(seconds: float) -> list[str]:
    accounts = ACCOUNTS.split()
    return [
        f"Lightbox is ready after {seconds:.1f} s",
        "",
        f"  pages   {site()}/",
        f"  DICOM   AE {dicom.AE_TITLE} on {ports.DICOM_HOST}:{ports.DICOM_PORT}",
        f"  HL7     MLLP on {ports.HL7_HOST}:{ports.HL7_PORT}",
        f"  data    {paths.DATA_DIR}",
        "",
        f"  accounts, each named by its role, with the password {PASSWORD}:",
        *(f"    {'  '.join(f'{name:<14}' for name in accounts[start : start + 3]).rstrip()}" for start in range(0, len(accounts), 3)),
        "",
        "  Ctrl-C stops everything",
    ]


def main() -> int:
    console = Console()
    if complaints := [door.complaint() for door in taken(doors())]:
        for complaint in complaints:
            console.say(complaint)
        return 1
    try:
        claim(paths.DATA_DIR)
        install.frontend()
        broker = own_broker()
    except (Unusable, install.SetupError, FileNotFoundError) as error:
        console.say(str(error))
        return 1
    undertaker = Undertaker()
    try:
        return asyncio.run(Supervisor(console, undertaker, broker).run())
    finally:
        undertaker.dismiss()
