"""One writer for the index in each process: what arrives on many associations at once is committed together (promise 1)."""

import logging
import queue
import threading
from concurrent.futures import Future

from django.db import Error, connection

from imaging.archive.index import Entry, IngestResult, index_now

logger = logging.getLogger(__name__)
LARGEST_BATCH = 64
Job = tuple[list[Entry], "Future[list[IngestResult]]"]


class CommitQueue:
    """`commit` may be called from any thread; it returns once the transaction that holds its entries is durable."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="index-writer", daemon=True)
        self._thread.start()

    def commit(self, entries: list[Entry]) -> list[IngestResult]:
        """Raises what the database raised; nothing of `entries` is in the index then."""
        done: Future[list[IngestResult]] = Future()
        self._jobs.put((entries, done))
        return done.result()

    def close(self) -> None:
        """Finish what is queued and stop."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (batch := self._next_batch()) is not None:
            self._commit(batch)
        connection.close()

    def _next_batch(self) -> list[Job] | None:
        """Whatever has come while the last batch was being committed."""
        first = self._jobs.get()
        if first is None:
            return None
        batch = [first]
        while len(batch) < LARGEST_BATCH:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._jobs.put(None)
                break
            batch.append(job)
        return batch

    def _commit(self, batch: list[Job]) -> None:
        try:
            results = index_now([entry for entries, _done in batch for entry in entries])
        except Exception as error:
            self._failed(batch, error)
            return
        at = 0
        for entries, done in batch:
            done.set_result(results[at : at + len(entries)])
            at += len(entries)

    def _failed(self, batch: list[Job], error: Exception) -> None:
        """One bad entry must not spoil its neighbours: each is tried alone."""
        if isinstance(error, Error):
            connection.close()
        if len(batch) == 1:
            batch[0][1].set_exception(error)
            return
        logger.warning("A batch of %d could not be committed (%s); each is tried alone", len(batch), error)
        for job in batch:
            self._commit([job])
