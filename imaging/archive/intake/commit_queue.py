"""One writer for the index in each process: what arrives on many associations at once is committed together (promise 1).

The statements of a batch run while its files are being made durable; the commit itself waits for every one of them.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

from django.db import Error, connection

from imaging.archive.intake.entry import Entry, IngestResult
from imaging.archive.intake.index import IndexAway, index_now

logger = logging.getLogger(__name__)
LARGEST_BATCH = 64
# About what one durable commit takes: so long it pays to wait for those who came together the last time.
COMPANY_SECONDS = 0.002
Job = tuple[Entry, "Future[IngestResult]"]


class CommitQueue:
    """`commit` may be called from any thread; it returns once the transaction that holds its entries is durable."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._company = 1
        self._thread = threading.Thread(target=self._work, name="index-writer", daemon=True)
        self._thread.start()

    def commit(self, entry: Entry, place: Callable[[], object]) -> IngestResult:
        """Make the file durable with `place`, in the calling thread, and commit its entry. Raises what `place` or the database raised;
        the entry is not in the index then."""
        placed: Future[None] = Future()
        done: Future[IngestResult] = Future()
        self._jobs.put((replace(entry, settle=placed.result), done))
        try:
            place()
        except BaseException as error:
            placed.set_exception(error)
        else:
            placed.set_result(None)
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
        """Whatever has come while the last batch was being committed, and whoever came with it: senders that were answered together send
        their next objects together, and the first of them would have a commit of its own."""
        first = self._jobs.get()
        if first is None:
            return None
        batch, until = [first], time.monotonic() + COMPANY_SECONDS
        while len(batch) < LARGEST_BATCH:
            left = until - time.monotonic() if len(batch) < self._company else 0.0
            try:
                job = self._jobs.get(timeout=left) if left > 0 else self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._jobs.put(None)
                break
            batch.append(job)
        self._company = len(batch)
        return batch

    def _commit(self, batch: list[Job]) -> None:
        try:
            results = index_now([entry for entry, _done in batch])
        except BaseException as error:
            self._failed(batch, error)
            return
        for (_entry, done), result in zip(batch, results, strict=True):
            done.set_result(result)

    def _failed(self, batch: list[Job], error: BaseException) -> None:
        """One bad entry must not spoil its neighbours: each is tried alone."""
        if isinstance(error, (Error, IndexAway)):
            connection.close()
        if len(batch) == 1 or isinstance(error, IndexAway):
            for _entry, done in batch:
                done.set_exception(error)
            return
        logger.warning("A batch of %d could not be committed (%s); each is tried alone", len(batch), error)
        for job in batch:
            self._commit([job])
