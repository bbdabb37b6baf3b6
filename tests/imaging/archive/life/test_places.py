"""Every kind of place gives ranges, streams and names alike. Not covered: a file server that hangs, Amazon itself."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from imaging.archive.places import Place, path_new, place_named, places

CONTENT = bytes(range(256)) * 5000


@pytest.fixture(params=["slow", "far"])
def place(request: pytest.FixtureRequest, tiers_with_bucket: None) -> Place:
    return place_named(request.param)


def test_what_is_put_is_read_whole_in_parts_and_from_the_middle(place: Place) -> None:
    path = path_new()
    place.put(path, [CONTENT[:1000], CONTENT[1000:]])
    assert place.size(path) == len(CONTENT)
    assert b"".join(place.pieces(path)) == CONTENT
    assert b"".join(place.pieces(path, 777_777)) == CONTENT[777_777:]
    assert place.read(path, 300, 4096) == CONTENT[300:4396]
    with place.open(path) as file:
        file.seek(-10, 2)
        assert file.read() == CONTENT[-10:]
        file.seek(5)
        assert file.read(3) == CONTENT[5:8]
    with place.local(path) as local:
        assert local.read_bytes() == CONTENT


def test_what_is_removed_is_gone_and_removing_again_is_no_fault(place: Place) -> None:
    path = path_new()
    place.put(path, [b"x"])
    place.remove(path)
    place.remove(path)
    for read in (lambda: place.size(path), lambda: place.open(path), lambda: place.read(path, 0, 1), lambda: place.pieces(path)):
        with pytest.raises(FileNotFoundError):
            read()


def test_names_come_in_their_order_a_page_at_a_time(place: Place) -> None:
    paths = sorted(path_new() for _ in range(5))
    for path in paths:
        place.put(path, [b"x"])
    first = place.paths("", 3)
    assert [*first, *place.paths(first[-1], 3)] == paths


def test_a_writer_that_fails_leaves_nothing(place: Place) -> None:
    def broken() -> object:
        yield b"half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        place.put(path_new(), broken())  # type: ignore[arg-type]
    assert place.paths("", 10) == []


def test_one_frame_of_a_bucket_is_one_request_for_its_bytes(tiers_with_bucket: None, monkeypatch: pytest.MonkeyPatch) -> None:
    place, path = place_named("far"), path_new()
    place.put(path, [CONTENT])
    asked: list[str] = []
    real = place._object  # type: ignore[attr-defined]

    class Watched:
        def __init__(self, path: str) -> None:
            self.thing = real(path)

        def get(self, **options: str) -> object:
            asked.append(options["Range"])
            return self.thing.get(**options)

    monkeypatch.setattr(type(place), "_object", lambda _place, path: Watched(path))
    assert place.read(path, 512, 1024) == CONTENT[512:1536]
    assert asked == ["bytes=512-1535"]


def test_a_wrong_key_is_an_error_of_reading_not_a_lost_file(tiers_with_bucket: None, settings: Settings) -> None:
    settings.S3_SECRET_KEY = "another"
    with pytest.raises(OSError, match="refused") as told:
        place_named("far").size("2026/01/01/0000/x.dcm")
    assert not isinstance(told.value, FileNotFoundError)


def test_a_tier_that_is_not_set_up_any_more_is_told(tiers: None) -> None:
    with pytest.raises(FileNotFoundError, match="cellar"):
        place_named("cellar")


@pytest.mark.parametrize("word", ["slow", "fast=/x", "a b=/x", "=/x"])
def test_a_setting_that_names_no_place_is_refused(settings: Settings, word: str) -> None:
    settings.STORAGE_TIERS = [word]
    with pytest.raises(ImproperlyConfigured, match="LIGHTBOX_TIERS"):
        places()
