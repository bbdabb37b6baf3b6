"""A production installation by settings alone: PostgreSQL, Redis, a secret key, and each process as `docs/operations.md` names it.

It brings its own PostgreSQL, so the run on SQLite is enough.
Not covered: the proxy that ends TLS in front of it (its header stands for it here), service managers, several hosts.
"""

import contextlib
import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import services
from tests.services import free_port
from tests.system import ROOT, until

pytestmark = [
    pytest.mark.interop,
    pytest.mark.timeout(300),
    pytest.mark.system,
]
HOST = "lightbox.example.org"
KEY = "not-a-secret-but-long-enough-for-a-test-" * 2


def settings_for(data: Path, **more: str) -> dict[str, str]:
    """The environment of a production process; nothing of ours leaks in."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("LIGHTBOX_", "DJANGO_"))}
    return {
        **inherited,
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "LIGHTBOX_DATA": str(data),
        "LIGHTBOX_SECRET_KEY": KEY,
        "LIGHTBOX_HOSTS": HOST,
        "LIGHTBOX_ORIGINS": f"https://{HOST}",
        **more,
    }


def manage(env: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False
    )


@dataclass(frozen=True)
class Production:
    env: dict[str, str]
    port: int

    def ask(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        """As the proxy asks: by the site's name, over TLS unless told otherwise."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers={"Host": HOST, "X-Forwarded-Proto": "https", **headers})
        answer = connection.getresponse()
        return answer, answer.read()

    def readiness(self) -> dict[str, str]:
        with contextlib.suppress(OSError, ValueError):
            return dict(json.loads(self.ask("/readyz")[1]))
        return {}


@contextlib.contextmanager
def process(env: dict[str, str], *command: str) -> Iterator[None]:
    with (Path(env["LIGHTBOX_DATA"]) / "log").open("ab") as log:
        started = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        yield
    finally:
        started.terminate()
        started.wait(30)


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    data, port = tmp_path_factory.mktemp("production"), free_port()
    ports = {f"LIGHTBOX_{name}_PORT": str(free_port()) for name in ("DICOM", "HL7")}
    with contextlib.ExitStack() as stack:
        database, redis = stack.enter_context(services.postgres()), stack.enter_context(services.redis())
        env = settings_for(data, LIGHTBOX_DATABASE_URL=database, LIGHTBOX_REDIS_URL=redis, LIGHTBOX_HL7_OUT="none", **ports)
        for words in (("migrate", "--no-input"), ("collectstatic", "--no-input"), ("load_hospital", "demo/hospital")):
            done = manage(env, *words)
            assert done.returncode == 0, done.stderr
        for command in (
            ("-m", "uvicorn", "config.asgi:application", "--port", str(port), "--log-level", "warning"),
            ("manage.py", "dicom_server"),
            ("manage.py", "hl7_listener"),
            ("-m", "celery", "-A", "config", "worker", "--concurrency", "1", "--loglevel", "WARNING"),
            ("-m", "celery", "-A", "config", "beat", "--loglevel", "WARNING", "--pidfile=", "--schedule", str(data / "beat")),
        ):
            stack.enter_context(process(env, *command))
        running = Production(env, port)
        until(lambda: running.readiness().get("status") == "ready", f"production is ready: {running.readiness()}", 90)
        yield running


def test_every_part_is_ready(production: Production) -> None:
    assert production.readiness() == dict.fromkeys(("status", "web", "database", "dicom", "hl7", "celery"), "ready")


def test_pages_come_with_their_files_and_are_kept_to_tls(production: Production) -> None:
    page, body = production.ask("/login/")
    cookie = page.headers["Set-Cookie"]
    assert (page.status, "Secure" in cookie, "max-age=31536000" in page.headers["Strict-Transport-Security"]) == (200, True, True)
    style = body.decode().partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    assert production.ask(style)[0].status == 200


def test_plain_http_is_sent_to_tls_except_for_health(production: Production) -> None:
    plain = {"X-Forwarded-Proto": "http"}
    moved = production.ask("/login/", **plain)[0]
    assert (moved.status, moved.headers["Location"]) == (301, f"https://{HOST}/login/")
    assert [production.ask(path, **plain)[0].status for path in ("/healthz", "/readyz")] == [200, 200]


def test_another_host_name_is_refused_without_a_word_too_many(production: Production) -> None:
    answer, body = production.ask("/login/", Host="evil.example.org")
    assert (answer.status, b"Traceback" in body, b"settings" in body.lower()) == (400, False, False)


def test_accounts_have_no_password_and_the_demo_is_refused(production: Production) -> None:
    demo = manage(production.env, "load_demo")
    assert (demo.returncode != 0, "Traceback" in demo.stderr) == (True, False)
    script = "from imaging.access.models import User; print(any(user.has_usable_password() for user in User.objects.all()))"
    assert manage(production.env, "shell", "--no-imports", "-c", script).stdout.strip() == "False"


def test_the_deployment_check_has_nothing_to_say(production: Production) -> None:
    done = manage(production.env, "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("key", ["", "short"])
def test_nothing_starts_without_a_secret_key(tmp_path: Path, key: str) -> None:
    done = manage(settings_for(tmp_path, LIGHTBOX_SECRET_KEY=key), "check")
    assert (done.returncode != 0, "Set LIGHTBOX_SECRET_KEY" in done.stderr) == (True, True)
