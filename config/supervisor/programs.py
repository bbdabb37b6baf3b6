"""What runs, as data. Everything but the supervisor and the broker is a command that a person could type."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.settings import dicom, hl7, jobs, paths, ports
from config.supervisor.broker import Broker
from config.supervisor.freshness import is_prepared
from config.supervisor.ports import Door

# Everything under the supervisor is the demo hospital; a production host runs each process under its own service manager.
SETTINGS = "config.settings.demo"
DICOM_OWN_CONNECTIONS = 12
FALSE_WORDS = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True)
class Program:
    name: str
    command: list[str]
    is_once: bool = False  # ends by itself and is not started again
    waits_for_ready: bool = False
    is_needed: bool = True  # a preparation without which nothing can start
    stdin: str = ""
    env: Mapping[str, str] = field(default_factory=dict)


def has_traffic() -> bool:
    return os.environ.get("LIGHTBOX_DEMO_TRAFFIC", "1").strip().lower() not in FALSE_WORDS


def plays_his() -> bool:
    """The simulated HIS listens unless somebody named another receiver."""
    return not os.environ.get("LIGHTBOX_HL7_OUT", "").strip()


def own_broker() -> Broker | None:
    return None if os.environ.get("LIGHTBOX_REDIS_URL", "").strip() else Broker(paths.DATA_DIR / "redis")


def redis_url(broker: Broker | None) -> str:
    return broker.url if broker else jobs.REDIS_URL


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def broker_program(broker: Broker) -> Program:
    return Program("redis", broker.command(), stdin=broker.configuration())


def preparations() -> list[Program]:
    """What has to end well before the servers start; nothing that was done before."""
    found = [] if is_prepared() else [Program("prepare", python("-m", "config.supervisor.prepare"), is_once=True)]
    if has_traffic():
        found.append(Program("pictures", python("-m", "demo", "pictures"), is_once=True, is_needed=False))
    return found


def servers() -> list[Program]:
    schedule = str(paths.DATA_DIR / "celerybeat-schedule")
    return [
        Program("web", python("-m", "uvicorn", "config.asgi:application", *web_options()), env=web_environment()),
        Program("dicom", python("manage.py", "dicom_server"), env=dicom_environment()),
        Program("hl7", python("manage.py", "hl7_listener")),
        Program("worker", python("-m", "celery", "-A", "config", "--quiet", "worker", *worker_options())),
        Program(
            "beat", python("-m", "celery", "-A", "config", "--quiet", "beat", "--loglevel", "WARNING", "--pidfile=", "--schedule", schedule)
        ),
    ]


def web_options() -> list[str]:
    return [
        "--host",
        ports.HTTP_HOST,
        "--port",
        str(ports.HTTP_PORT),
        "--no-access-log",
        "--no-proxy-headers",  # nobody stands before us: an address in a header would be the caller's own invention
        "--log-level",
        "warning",
        "--timeout-graceful-shutdown",
        "2",
    ]


def web_environment() -> dict[str, str]:
    """The web process answers from many threads, and a new connection to PostgreSQL costs more than most answers."""
    return {"LIGHTBOX_DATABASE_POOL": os.environ.get("LIGHTBOX_DATABASE_POOL", "").strip() or "20"}


def dicom_environment() -> dict[str, str]:
    """A scanner asks for its worklist on an association of its own, most of whose time a new connection to PostgreSQL would be. Nobody
    waits for another's: there may be one for each association, one for a move that it wants, and those of the process itself."""
    places = dicom.DICOM_MAX_ASSOCIATIONS + dicom.DICOM_RESERVED_ASSOCIATIONS
    return {"LIGHTBOX_DATABASE_POOL": str(2 * places + DICOM_OWN_CONNECTIONS)}


def worker_options() -> list[str]:
    return ["--loglevel", "INFO", "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]


def hospital() -> list[Program]:
    """The simulated hospital around us: never part of the product, always over the network."""
    programs = []
    if plays_his():
        programs.append(Program("his", python("-m", "demo", "his")))
    if has_traffic():
        if not storescp_door().is_taken():
            programs.append(Program("storescp", python("-m", "demo", "storescp")))
        programs.append(Program("day", python("-m", "demo", "day"), is_once=True, waits_for_ready=True))
    return programs


def storescp_door() -> Door:
    return Door("the demo's storage node", "127.0.0.1", ports.STORESCP_PORT, "LIGHTBOX_STORESCP_PORT")


def doors() -> list[Door]:
    """The ports that have to be free before anything starts."""
    found = [
        Door("web", ports.HTTP_HOST, ports.HTTP_PORT, "LIGHTBOX_HTTP_PORT"),
        Door("DICOM", ports.DICOM_HOST, ports.DICOM_PORT, "LIGHTBOX_DICOM_PORT"),
        Door("HL7", ports.HL7_HOST, ports.HL7_PORT, "LIGHTBOX_HL7_PORT"),
    ]
    if dicom.DICOM_TLS_CERTIFICATE:
        found.append(Door("DICOM over TLS", ports.DICOM_HOST, dicom.DICOM_TLS_PORT, "LIGHTBOX_DICOM_TLS_PORT"))
    if plays_his():
        host, _, port = hl7.HL7_OUT.rpartition(":")
        found.append(Door("the simulated HIS", host, int(port), "LIGHTBOX_HIS_PORT"))
    return found


def environment(broker: Broker | None) -> dict[str, str]:
    """What every child is told beside our own environment."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "LIGHTBOX_DATA": str(paths.DATA_DIR),
        "LIGHTBOX_REDIS_URL": redis_url(broker),
        "PYTHONUNBUFFERED": "1",
        # Of our two workers one is free for everything else.
        "LIGHTBOX_TRANSFERS_AT_ONCE": os.environ.get("LIGHTBOX_TRANSFERS_AT_ONCE", "").strip() or "1",
        # Django's system checks import every page and the PDF engine with it. Preparing runs them; five servers need not.
        "CELERY_SKIP_CHECKS": "1",
        # The demo may well run as root in a throw-away machine.
        "PYTHONWARNINGS": "ignore:You're running the worker",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }
