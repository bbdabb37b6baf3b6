"""One supervised child: real processes, without Django. Not covered: a terminal that goes away (tests/interop/test_supervisor.py)."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from config.supervisor import process
from config.supervisor.console import Console
from config.supervisor.process import Child, describe
from config.supervisor.programs import Program
from config.supervisor.undertaker import Undertaker, is_alive
from tests.system import until as until_true


class Lines(Console):
    """A console that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, str]] = []

    def line(self, name: str, text: str) -> None:
        self.told.append((name, text))

    def has(self, words: str) -> bool:
        return any(words in text for _, text in self.told)


@pytest.fixture
def console() -> Lines:
    return Lines()


@pytest.fixture
def undertaker() -> Iterator[Undertaker]:
    found = Undertaker()
    yield found
    found.dismiss()


def played(story: Coroutine[None, None, Any]) -> Any:
    """Run `story` to its end, in a thread of its own: this one may hold the event loop of a browser test."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, story).result()


def python(code: str, **options: object) -> Program:
    return Program("child", [sys.executable, "-c", code], **options)  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def running(child: Child) -> AsyncIterator[asyncio.Task[int]]:
    task = asyncio.create_task(child.run())
    yield task
    child.stop()
    await task


async def until(console: Lines, words: str) -> None:
    async with asyncio.timeout(30):
        while not console.has(words):
            await asyncio.sleep(0.01)


def until_gone(pid: int) -> None:
    until_true(lambda: not Path(f"/proc/{pid}").exists() or Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z", f"{pid} is gone")


def test_lines_come_under_the_name_of_the_process(console: Lines, undertaker: Undertaker) -> None:
    played(Child(python("print('hello')"), console, undertaker, os.environ).run_once())
    assert console.told == [("child", "hello")]


def test_what_stdin_says_is_read(console: Lines, undertaker: Undertaker) -> None:
    played(Child(python("print(input())", stdin="secret\n"), console, undertaker, os.environ).run_once())
    assert console.told == [("child", "secret")]


def test_a_very_long_line_does_not_stop_the_reading(console: Lines, undertaker: Undertaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LINE_BYTES", 1024)
    played(Child(python("print('x' * 100000); print('after')"), console, undertaker, os.environ).run_once())
    assert console.told[-1] == ("child", "after")


def test_a_failing_child_is_started_again(console: Lines, undertaker: Undertaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "FIRST_PAUSE_SECONDS", 0.01)

    async def story() -> None:
        async with running(Child(python("import sys; sys.exit(3)"), console, undertaker, os.environ)):
            await until(console, "ended with status 3; starting it again")

    played(story())


def test_the_pauses_grow(console: Lines, undertaker: Undertaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "FIRST_PAUSE_SECONDS", 0.5)

    async def story() -> None:
        async with running(Child(python("import sys; sys.exit(3)"), console, undertaker, os.environ)):
            await until(console, "again in 1 s")

    played(story())


def test_one_that_ends_by_itself_is_not_started_again(console: Lines, undertaker: Undertaker) -> None:
    assert played(Child(python("pass", is_once=True), console, undertaker, os.environ).run()) == 0


def test_stopping_waits_for_the_last_words(console: Lines, undertaker: Undertaker) -> None:
    code = "import signal, sys, time\nsignal.signal(15, lambda *_: (print('bye'), sys.exit(0)))\nprint('up', flush=True)\ntime.sleep(60)"

    async def story() -> int:
        child = Child(python(code), console, undertaker, os.environ)
        async with running(child) as task:
            await until(console, "up")
        return await task

    assert (played(story()), console.has("bye")) == (0, True)


def test_one_that_will_not_stop_is_killed(console: Lines, undertaker: Undertaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.2)
    code = "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(60)"

    async def story() -> int:
        child = Child(python(code), console, undertaker, os.environ)
        async with running(child) as task:
            await until(console, "up")
        return await task

    assert (played(story()), console.has("killed")) == (-signal.SIGKILL, True)


def test_grandchildren_go_with_it(console: Lines, undertaker: Undertaker) -> None:
    code = "import subprocess, sys\nprint(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid)"
    played(Child(python(code), console, undertaker, os.environ).run_once())
    until_gone(int(console.told[0][1]))


def test_the_undertaker_ends_what_is_left() -> None:
    undertaker = Undertaker()
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    undertaker.add(left.pid)
    undertaker.close()
    assert left.wait(30) == -signal.SIGTERM
    undertaker.dismiss()
    assert not is_alive(left.pid)


@pytest.mark.parametrize(("status", "words"), [(2, "with status 2"), (-9, "by signal SIGKILL")])
def test_an_end_is_told_in_words(status: int, words: str) -> None:
    assert describe(status) == words
