"""Works that are done at the same moment."""

from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connection

from imaging.common.errors import LightboxError


def race(*works: Callable[[], object]) -> list[object]:
    """Run the works at the same moment, each on its own connection; what each returned or raised."""
    start, results = Barrier(len(works)), [None] * len(works)

    def run(at: int, work: Callable[[], object]) -> None:
        start.wait(30)
        try:
            results[at] = work()
        except LightboxError as error:
            results[at] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(at, work)) for at, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results
