"""`make bench`: what Lightbox costs, measured over its own sockets, and the peers of this machine beside it in the same run.

Figures to read, never a test.

    make bench                     everything
    make bench ONLY="store web"    some parts: orders store large worklist web search viewer growth

Lightbox is an empty demo hospital on a PostgreSQL that syncs. Rounds go from server to server in turn, so that a noisy machine falls on all
of them alike; the senders run on the same machine and take their share of it. Not measured: several hosts.
"""

import itertools
import os
import platform
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.bench import growth, large, next_case, orders, search, servers, store, viewer, web, worklist
from tests.bench.servers import Server
from tests.bench.table import Table

# Not /tmp, which may be memory.
DISK = os.environ.get("TMPDIR", "/var/tmp")
PARTS = ("orders", "store", "large", "worklist", "web", "search", "viewer", "growth")


def say(text: str) -> None:
    print(text, flush=True)


def main(wanted: list[str]) -> int:
    if unknown := set(wanted) - set(PARTS):
        raise SystemExit(f"There is no part {' '.join(sorted(unknown))}; there are {' '.join(PARTS)}.")
    busy = os.getloadavg()[0]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lightbox-bench-", dir=DISK)))
        folder.chmod(0o755)  # PostgreSQL runs as somebody else
        names = servers.peers_here()
        say(f"starting Lightbox{''.join(f', {name}' for name in names)} ...")
        started = [stack.enter_context(servers.lightbox(folder / "lightbox"))]
        started += [stack.enter_context(servers.peer(name, folder / f"peer{at}")) for at, name in enumerate(names)]
        say(f"{os.cpu_count()} cores, load {busy:.1f} before it began, Python {platform.python_version()}, {folder}\n")
        table = Table(tuple(server.name for server in started), say)
        table.head()
        measure(table, started, folder, wanted or list(PARTS))
    return 0


def measure(table: Table, started: list[Server], folder: Path, wanted: list[str]) -> None:
    numbers = itertools.count(1)
    archives = [server for server in started if server.name != "wlmscpfs"]
    if "orders" in wanted:
        orders.run(table, started[0])
    if "store" in wanted:
        store.run(table, archives, folder, numbers.__next__)
    if "large" in wanted:
        large.run(table, archives, numbers.__next__)
    if "worklist" in wanted:
        worklist.run(table, started[0], [server for server in started[1:] if server.worklists])
    if "web" in wanted:
        web.run(table, archives, numbers.__next__)
    if "search" in wanted:
        search.run(table, started[0], archives)
    if "viewer" in wanted:
        next_case.run(table, archives[0])
        viewer.run(table, archives, folder, next(numbers))
    if "growth" in wanted:
        growth.run(table, folder, numbers.__next__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
