"""The hospital's wall clock."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

from demo import environment


def zone() -> ZoneInfo:
    return ZoneInfo(environment.text("LIGHTBOX_TIME_ZONE", "Asia/Shanghai"))


def now() -> datetime:
    """Now in the hospital's time zone, in whole seconds."""
    return datetime.fromtimestamp(int(time.time()), zone())
