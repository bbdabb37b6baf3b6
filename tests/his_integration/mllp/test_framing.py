"""MLLP blocks. Not covered: block check characters of MLLP's older hybrid form, which nobody sends any more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from his_integration.mllp.framing import HEAD_BYTES, Block, Deframer, wrap

LIMIT = 100_000


def fed(*pieces: bytes, limit: int = LIMIT) -> list[Block]:
    deframer = Deframer(limit)
    return [block for piece in pieces for block in deframer.feed(piece)]


def test_a_block_in_one_piece() -> None:
    assert fed(wrap(b"MSH|1")) == [Block(b"MSH|1")]


def test_several_blocks_in_one_piece_keep_their_order() -> None:
    assert [block.payload for block in fed(wrap(b"MSH|1") + wrap(b"MSH|2"))] == [b"MSH|1", b"MSH|2"]


@given(
    st.lists(st.binary(min_size=1, max_size=40).filter(lambda data: not set(data) & {0x0B, 0x1C}), min_size=1, max_size=5),
    st.integers(1, 7),
)
def test_blocks_come_out_whole_however_they_are_cut(payloads: list[bytes], size: int) -> None:
    stream = b"".join(wrap(payload) for payload in payloads)
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert [block.payload for block in fed(*pieces)] == payloads


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_no_bytes_break_it_and_memory_stays_bounded(pieces: list[bytes]) -> None:
    deframer = Deframer(500)
    for piece in pieces:
        deframer.feed(piece)
        assert deframer.held_bytes <= 500 + HEAD_BYTES


def test_what_stands_between_blocks_is_counted_and_dropped() -> None:
    deframer = Deframer(LIMIT)
    blocks = deframer.feed(b"\r\nhello" + wrap(b"MSH|1") + b"\n\n")
    assert [block.payload for block in blocks] == [b"MSH|1"]
    assert deframer.noise_bytes == 9


@pytest.mark.parametrize("end", [b"\x1c\r", b"\x1c\n", b"\x1c\x0b"])
def test_ends_of_careless_senders_are_understood(end: bytes) -> None:
    assert fed(b"\x0bMSH|1" + end)[0].payload == b"MSH|1"


def test_fs_within_a_message_does_not_end_it() -> None:
    assert fed(wrap(b"MSH|\x1cA|2"))[0].payload == b"MSH|\x1cA|2"


def test_a_block_that_begins_anew_drops_the_broken_one() -> None:
    assert fed(b"\x0bMSH|brok" + wrap(b"MSH|whole"))[0].payload == b"MSH|whole"


def test_of_a_too_large_block_only_the_beginning_is_kept_and_the_next_one_is_read() -> None:
    large = b"MSH|" + b"x" * 3 * LIMIT
    deframer = Deframer(LIMIT)
    blocks = []
    for at in range(0, len(large), 1000):
        blocks += deframer.feed((wrap(large))[at : at + 1000])
        assert deframer.held_bytes <= LIMIT + 1001
    blocks += deframer.feed(wrap(large)[len(large) // 1000 * 1000 + 1000 :] + wrap(b"MSH|next"))
    assert [block.is_whole for block in blocks] == [False, True]
    assert blocks[0].payload == large[:HEAD_BYTES]
    assert blocks[1].payload == b"MSH|next"
