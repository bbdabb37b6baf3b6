"""The doorbell. Not covered here: a broker that goes away between two rings (each slice's beat task finds the row)."""

import subprocess
import sys

from django.conf import settings

ASK = "import django; django.setup(); from imaging.common.jobs import _task; print(_task('common.heartbeat').name)"

# Many requests at once are the first ones of a web process.
ASK_AT_ONCE = """
import django; django.setup()
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from imaging.common.jobs import _task
barrier = Barrier(8)
def ask(_):
    barrier.wait()
    return _task("his_integration.send_message").name
with ThreadPoolExecutor(8) as pool:
    print(set(pool.map(ask, range(8))))
"""


def test_a_process_that_is_no_worker_knows_the_tasks() -> None:
    asked = subprocess.run([sys.executable, "-c", ASK], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "common.heartbeat"


def test_many_that_ring_first_at_once_all_find_their_task() -> None:
    asked = subprocess.run([sys.executable, "-c", ASK_AT_ONCE], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert (asked.stdout.strip(), asked.stderr) == ("{'his_integration.send_message'}", "")
