"""Hours of the day by the hospital's clock."""

import datetime as dt


def within(moment: dt.time, begin: dt.time | None, end: dt.time | None) -> bool:
    """Whether `moment` lies between; over midnight where `end` is not after `begin`; always when there are no hours."""
    if begin is None or end is None:
        return True
    return begin <= moment < end if begin < end else moment >= begin or moment < end
