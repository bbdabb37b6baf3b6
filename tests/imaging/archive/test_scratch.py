"""Files that are only there while somebody works: whose they are can be told, and they are gone afterwards.

Not covered: the clearing away itself, which `intake/test_ingest.py` and the torture test see.
"""

import os
from pathlib import Path

import pytest

from imaging.archive.scratch import SAFE_HOST, SPOOL, archive_folder, scratch_copy


def test_a_copy_of_an_image_lies_in_the_spool_under_the_name_of_its_process() -> None:
    with scratch_copy([b"first ", b"second"]) as path:
        assert path.read_bytes() == b"first second"
        assert path.parent == archive_folder() / SPOOL
        assert path.match(f"{SAFE_HOST}-{os.getpid()}-*.part")
    assert not path.exists()


def test_a_copy_is_gone_when_who_wanted_it_fails() -> None:
    seen: list[Path] = []
    with pytest.raises(ValueError, match="no use"), scratch_copy([b"any"]) as path:
        seen.append(path)
        raise ValueError("no use")
    assert not seen[0].exists()
