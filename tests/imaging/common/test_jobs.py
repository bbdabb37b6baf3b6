"""The doorbell. Not covered here: a broker that goes away between two rings (each slice's beat task finds the row)."""

import subprocess
import sys

from django.conf import settings

ASK = "import django; django.setup(); from imaging.common.jobs import _task; print(_task('common.heartbeat').name)"


def test_a_process_that_is_no_worker_knows_the_tasks() -> None:
    asked = subprocess.run([sys.executable, "-c", ASK], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "common.heartbeat"
