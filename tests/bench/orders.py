"""Orders by HL7, one after the other over one connection: from sent to acknowledged after commit."""

import time

from hl7.client import MLLPClient

from tests.bench.objects import PATIENT
from tests.bench.servers import Server
from tests.bench.table import Better, Table

ORDERS = 200


def run(table: Table, server: Server) -> None:
    if server.system is None:
        raise ValueError("orders are for Lightbox alone")
    took = []
    with MLLPClient("127.0.0.1", server.system.hl7_port) as client:
        for number in range(ORDERS):
            started = time.perf_counter()
            answer = client.send_message(order(number))
            took.append((time.perf_counter() - started) * 1000)
            if b"MSA|AA" not in answer:
                raise SystemExit(f"The order was refused: {answer!r}")
    table.row(f"HL7 order, from sent to AA ({ORDERS} orders)", "ms", {server.name: took}, Better.LESS)


def order(number: int) -> str:
    """A new patient with an order for a CT room."""
    head = f"MSH|^~\\&|HIS|HOSPITAL|LIGHTBOX|RADIOLOGY|20260101120000||ORM^O01|B{number}|P|2.3.1|||||||UNICODE UTF-8"
    patient = f"PID|1||{int(PATIENT) + number}^^^HOSPITAL^MR||BENCH^Anna||19700101|F\rPV1|1|O"
    return f"{head}\r{patient}\rORC|NW|B{number}\rOBR|1|B{number}||CT-HEAD^CT head\r"
