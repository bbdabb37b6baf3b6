"""The simulated hospital information system's listener: acknowledges and keeps whatever the imaging department reports."""

import argparse
import asyncio
import json
import signal
from pathlib import Path

from demo import clock, environment
from demo.environment import Address
from demo.hl7.message import fields, header, message, segment
from demo.hl7.mllp import END, LONGEST_BYTES, START, read_message

UNDERSTOOD = {"ORU": "result", "DFT": "charge", "ORM": "order status", "ADT": "patient"}


class Journal:
    """Every message received, one JSON line each, and a line on the terminal."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def keep(self, text: str, answer: str) -> None:
        msh = fields(text, "MSH")
        line = {"received_at": clock.now().isoformat(), "type": msh[9] if len(msh) > 9 else "", "answer": answer, "message": text}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        print(f"{answer} {line['type']:<12} {describe(text)}", flush=True)


def describe(text: str) -> str:
    """A line that a person can follow: what it is, and whose."""
    msh, pid, orc, obr = (fields(text, name) for name in ("MSH", "PID", "ORC", "OBR"))
    kind = UNDERSTOOD.get(part(msh, 9), "message")
    patient = part(pid, 3)
    return " ".join(filter(None, [kind, f"patient {patient}" if patient else "", part(obr, 3) or part(orc, 3), part(orc, 5)]))


def part(found: list[str], number: int) -> str:
    """The first component of a field; empty when the segment is shorter."""
    return found[number].partition("^")[0] if len(found) > number else ""


def acknowledge(text: str, code: str) -> bytes:
    """ACK in original mode; MSA-2 repeats the sender's control id."""
    msh = fields(text, "MSH")
    control_id = msh[10] if len(msh) > 10 else ""
    now = clock.now()
    trigger = (part(["", *msh[9].split("^")], 2) if len(msh) > 9 else "") or "O01"
    return message(
        header(("ACK", trigger, "ACK"), f"HIS{now:%Y%m%d%H%M%S%f}", now, "2.5.1"),
        segment("MSA", {1: code, 2: control_id}),
    )


class Listener:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, message by message."""
        try:
            while (raw := await read_message(reader)) is not None:
                writer.write(START + self.answer(raw) + END)
                await writer.drain()
        except (ConnectionError, asyncio.LimitOverrunError) as error:
            print(f"connection ended: {error}", flush=True)
        except asyncio.CancelledError:  # we are stopping: asyncio would print the cancelled task's stack
            pass
        finally:
            writer.close()

    def answer(self, raw: bytes) -> bytes:
        """Keep the message and acknowledge it; AR when it has no header that we understand."""
        text = raw.decode(errors="replace")
        code = "AA" if part(fields(text, "MSH"), 9) in UNDERSTOOD else "AR"
        self._journal.keep(text, code)
        return acknowledge(text, code)


async def listen(address: Address, folder: Path) -> None:
    """Listen until SIGTERM or Ctrl-C."""
    listener = Listener(Journal(folder / "journal.jsonl"))
    server = await asyncio.start_server(listener.serve, address.host, address.port, limit=LONGEST_BYTES)
    print(f"listening on {address.host}:{address.port}", flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with server:
        await stop.wait()


def run(_arguments: argparse.Namespace) -> int:
    asyncio.run(listen(environment.his(), environment.data_folder() / "his"))
    return 0
