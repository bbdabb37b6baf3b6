"""A tab of a browser that prepares pages before they are asked for (prerendering), driven by the DevTools protocol alone: attached the way
Playwright attaches, Chromium prepares none.
"""

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.browser import FLAGS, SCREEN, launch_options
from tests.services import free_port, wait_for

SLOW = 60.0
UNSEEN = "prerender"
KEYS = {"Alt": 1, "Control": 2}


@contextlib.contextmanager
def tab() -> Iterator["Tab"]:
    """An empty tab in a browser of its own, with a profile of its own."""
    port = free_port()
    screen = f"--window-size={SCREEN['width']},{SCREEN['height']}"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        given = [f"--{flag}" for flag in FLAGS] + ["--headless", "--force-prefers-reduced-motion", "--lang=en-GB", screen]
        command = [str(launch_options()["executable_path"]), *given, f"--remote-debugging-port={port}", f"--user-data-dir={profile}"]
        browser = subprocess.Popen([*command, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            wait_for(lambda: _version(port), "the browser")
            with connect(_version(port)["webSocketDebuggerUrl"], max_size=None) as line:
                yield Tab(line, browser.pid).begun()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(browser.pid, signal.SIGTERM)
            browser.wait(10)


def _version(port: int) -> dict[str, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/version", timeout=2) as answer:
            return dict(json.load(answer))
    except OSError:
        return {}


@dataclass
class Tab:
    """What is open in it, the page that is seen and one that is only prepared, by the session of each."""

    line: ClientConnection
    pid: int
    pages: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Dialogs that pages opened ("beforeunload"); each was accepted."""
    count: int = 0

    def begun(self) -> "Tab":
        context = self.send("Target.createBrowserContext")["browserContextId"]
        target = self.send("Target.createTarget", url="about:blank", browserContextId=context, forTab=True)["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.send("Target.setAutoAttach", session, autoAttach=True, waitForDebuggerOnStart=False, flatten=True)
        self.until(lambda: self.seen)
        return self

    @property
    def seen(self) -> str:
        """The session of the page on the screen."""
        return next((session for session, about in self.pages.items() if about.get("subtype") != UNSEEN), "")

    @property
    def unseen(self) -> str:
        return next((session for session, about in self.pages.items() if about.get("subtype") == UNSEEN), "")

    @property
    def url(self) -> str:
        return str(self.js("location.href"))

    def say(self, method: str, session: str = "", **params: Any) -> int:
        """Ask without waiting for the answer; gives its number."""
        self.count += 1
        self.line.send(json.dumps({"id": self.count, "method": method, "params": params, **({"sessionId": session} if session else {})}))
        return self.count

    def send(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Raises RuntimeError for what the browser refuses, TimeoutError."""
        mine = self.say(method, session, **params)
        known = session in self.pages
        self.until(lambda: mine in self.answers or (known and session not in self.pages))
        answer = self.answers.pop(mine, {"error": "the page is gone"})
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return dict(answer["result"])

    def listen(self, seconds: float = 0.02) -> None:
        """Take in what the browser tells."""
        try:
            told = json.loads(self.line.recv(timeout=seconds))
        except TimeoutError:
            return
        if "id" in told:
            self.answers[told["id"]] = told
            return
        about = told["params"].get("targetInfo", {})
        if told["method"] == "Target.attachedToTarget" and about["type"] == "page":
            self.pages[told["params"]["sessionId"]] = about
            self.say("Page.enable", told["params"]["sessionId"])
        elif told["method"] == "Page.javascriptDialogOpening":
            self.asked.append(told["params"]["type"])
            self.say("Page.handleJavaScriptDialog", told["sessionId"], accept=True)
        elif told["method"] == "Target.detachedFromTarget":
            self.pages.pop(told["params"]["sessionId"], None)
        elif told["method"] == "Target.targetInfoChanged":
            same = [session for session, known in self.pages.items() if known["targetId"] == about["targetId"]]
            self.pages.update(dict.fromkeys(same, about))

    def until(self, is_so: Any, seconds: float = SLOW) -> Any:
        """What `is_so` gives, once it gives something. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while not (found := is_so()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {seconds:.0f} s: {self.pages}")
            self.listen()
        return found

    def goto(self, url: str) -> None:
        self.send("Page.navigate", self.seen, url=url)
        self.wait(f"location.href.startsWith({json.dumps(url)}) && document.readyState === 'complete'")

    def back(self) -> None:
        self.js("history.back()")

    def sign_in(self, name: str, value: str, url: str) -> None:
        self.send("Network.setCookie", self.seen, name=name, value=value, url=url)

    def js(self, expression: str, session: str = "") -> Any:
        """What an expression gives in the page that is seen; nothing while the page changes."""
        try:
            found = self.send("Runtime.evaluate", session or self.seen, expression=expression, returnByValue=True, awaitPromise=True)
        except (RuntimeError, TimeoutError):
            return None
        if "exceptionDetails" in found:
            raise AssertionError(f"{expression}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def wait(self, expression: str, session: str = "", seconds: float = SLOW) -> Any:
        """Until an expression gives something, in the page that is seen or in the one that is named."""

        def asked() -> Any:
            with contextlib.suppress(AssertionError):
                return self.js(expression, session)

        try:
            return self.until(asked, seconds)
        except TimeoutError as error:
            raise AssertionError(f"{expression} is not so; {self.js('document.body.innerText.slice(0, 2000)')}") from error

    def text(self, selector: str) -> str:
        return str(self.js(f"document.querySelector({json.dumps(selector)})?.textContent ?? ''"))

    def press(self, key: str) -> None:
        """A key, as "n", "Enter" or "Alt+n"."""
        *held, name = key.split("+")
        code = {
            "key": name,
            "modifiers": sum(KEYS[one] for one in held),
            "windowsVirtualKeyCode": 13 if name == "Enter" else ord(name[0].upper()),
        }
        typed = {"text": name} if len(name) == 1 and not held else {"text": "\r"} if name == "Enter" and not held else {}
        self.send("Input.dispatchKeyEvent", self.seen, type="keyDown", **code, **typed)
        with contextlib.suppress(RuntimeError):  # the page may be another one by now
            self.send("Input.dispatchKeyEvent", self.seen, type="keyUp", **code)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        moves = [
            ("mouseMoved", start, 0),
            ("mousePressed", start, 1),
            ("mouseMoved", ((start[0] + end[0]) / 2, start[1]), 1),
            ("mouseMoved", end, 1),
        ]
        for kind, (x, y), held in [*moves, ("mouseReleased", end, 0)]:
            button = "none" if kind == "mouseMoved" and not held else "left"
            self.send("Input.dispatchMouseEvent", self.seen, type=kind, x=x, y=y, button=button, buttons=held, clickCount=1)
