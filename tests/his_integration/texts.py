"""HL7 messages as the HIS of the tests writes them; every part can be replaced."""

import itertools

_numbers = itertools.count(1)


def control_id() -> str:
    return f"T{next(_numbers):06d}"


def header(kind: str, *, control: str = "", version: str = "2.5.1", charset: str = "UNICODE UTF-8", sender: str = "HIS|HOSPITAL") -> str:
    number = control or control_id()
    return f"MSH|^~\\&|{sender}|LIGHTBOX|RADIOLOGY|20260302101500||{kind}|{number}|P|{version}||||||{charset}"


def pid(
    number: str = "00482913", name: str = "LIN^Mei-Hua^^^^^L^A~林^美华^^^^^L^I", born: str = "19680412", sex: str = "F", more: str = ""
) -> str:
    return f"PID|1||{number}^^^HOSPITAL^MR||{name}||{born}|{sex}{more}"


def pv1(visit: str = "V1", kind: str = "O", vip: str = "", place: str = "W3^12^1") -> str:
    return f"PV1|1|{kind}|{place}||||D1001^彭^立|||||||||{vip}|||{visit}^^^HOSPITAL"


def adt(event: str = "A04", *segments: str, control: str = "", **more: str) -> bytes:
    return message(header(f"ADT^{event}^ADT_A01", control=control, **more), f"EVN|{event}|20260302101500", *(segments or (pid(), pv1())))


def merge(kept: str, gone: str, control: str = "") -> bytes:
    return message(
        header("ADT^A40^ADT_A39", control=control),
        "EVN|A40|20260302101500",
        pid(kept),
        f"MRG|{gone}^^^HOSPITAL^MR||||||LIN^Mei-Hua",
    )


def orm(
    order: str = "O1", code: str = "CT-HEAD", act: str = "NW", *, patient: str = "", visit: str = "", control: str = "",
    timing: str = "^^^^^R", more: tuple[str, ...] = (), **header_values: str,
) -> bytes:  # fmt: skip
    """ORM^O01 of version 2.3.1."""
    return message(
        header("ORM^O01", control=control, **{"version": "2.3.1", **header_values}),
        patient or pid(),
        visit or pv1(),
        f"ORC|{act}|{order}^HIS|||||{timing}||20260302101000|||D1001^彭^立|||||^Respiratory medicine",
        f"OBR|1|{order}^HIS||{code}^CT head^L|||||||||Headache|||D1001^彭^立|||||||||||{timing}||||^Headache, first time",
        *more,
    )


def omi(
    order: str = "O2", code: str = "CT-HEAD", act: str = "NW", *, ipc: str = "", tq1: str = "TQ1|1||||||||R", control: str = ""
) -> bytes:
    """OMI^O23 of version 2.5.1."""
    return message(
        header("OMI^O23^OMI_O23", control=control),
        pid(),
        pv1(),
        f"ORC|{act}|{order}^HIS|||||||20260302101000|||D1001^彭^立",
        tq1,
        f"OBR|1|{order}^HIS||{code}^CT head^L|||||||||Headache|||D1001^彭^立",
        ipc or "IPC|||||CT^^DCM",
    )


def message(*segments: str, codec: str = "utf-8") -> bytes:
    return "".join(f"{segment}\r" for segment in segments).encode(codec)


def answer_of(raw: bytes) -> tuple[str, str, str]:
    """MSA-1, the error code and the place (ERR-3.1 and ERR-2) of an acknowledgement."""
    lines = {line[:3]: line.split("|") for line in raw.decode("utf-8", "replace").split("\r") if line}
    err = lines.get("ERR", ["", "", "", ""])
    return lines["MSA"][1], err[3].split("^")[0], err[2]
