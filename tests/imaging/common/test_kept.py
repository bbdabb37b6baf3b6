"""Ready answers in memory. Not covered: what is put there (tests/imaging/dicomweb)."""

from imaging.common.kept import Kept


def test_what_was_not_asked_for_longest_makes_room() -> None:
    kept = Kept(100)
    for name in "abcd":
        kept.put(name, name.encode() * 25)
    assert kept.get("a") == b"a" * 25
    kept.put("e", b"e" * 20)
    assert [name for name in "abcde" if kept.get(name)] == ["a", "c", "d", "e"]


def test_room_is_counted_right_and_nothing_takes_most_of_it() -> None:
    kept = Kept(100)
    for _again in range(10):
        kept.put("a", b"a" * 25)
    kept.put("b", b"b" * 25)
    kept.put("large", bytes(26))
    assert [kept.get(name) for name in ("a", "b", "large")] == [b"a" * 25, b"b" * 25, None]
