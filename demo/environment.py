"""Where everything listens, by the same variables that Lightbox itself reads."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int) -> int:
    """Raises ValueError naming the variable when it is no whole number."""
    raw = text(name, str(default))
    try:
        return int(raw)
    except ValueError as error:
        raise ValueError(f"{name} must be a whole number, not {raw!r}") from error


@dataclass(frozen=True)
class Address:
    host: str
    port: int


def data_folder() -> Path:
    return Path(text("LIGHTBOX_DATA", str(ROOT / "var"))).resolve()


def pictures_folder() -> Path:
    return data_folder() / "pictures"


def reachable(host: str) -> str:
    """Where to connect for a server that listens on every address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  compared, not bound


def web() -> str:
    return f"http://{reachable(text('LIGHTBOX_HTTP_HOST', '127.0.0.1'))}:{number('LIGHTBOX_HTTP_PORT', 8000)}"


def dicom() -> Address:
    return Address(reachable(text("LIGHTBOX_DICOM_HOST", "127.0.0.1")), number("LIGHTBOX_DICOM_PORT", 11112))


def ae_title() -> str:
    return text("LIGHTBOX_AE_TITLE", "LIGHTBOX")


def hl7() -> Address:
    return Address(reachable(text("LIGHTBOX_HL7_HOST", "127.0.0.1")), number("LIGHTBOX_HL7_PORT", 2575))


def his() -> Address:
    return Address("127.0.0.1", number("LIGHTBOX_HIS_PORT", 2576))


def storescp() -> Address:
    return Address("127.0.0.1", number("LIGHTBOX_STORESCP_PORT", 11113))
