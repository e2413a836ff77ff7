"""The cache: whole or not there, whatever happens in between."""

from __future__ import annotations

import errno
import json
import os

import pytest

from storyboard.errors import BoardLockedError, ResourceError
from storyboard.run.commands import board_lock
from storyboard.store import Ref, Store, canonical_json, content_key, publish, write_atomically

REF = Ref("decode", "k" * 64, ".bin")


def put(store: Store, content: bytes = b"frames", ref: Ref = REF) -> None:
    def write(path):
        path.write_bytes(content)
        return {"seconds": 1.5}

    store.put(ref, write)


def test_what_was_put_is_held_with_its_meta(tmp_path):
    store = Store(tmp_path)
    assert not store.holds(REF)
    put(store)
    assert store.path(REF).read_bytes() == b"frames"
    assert store.meta(REF) == {"seconds": 1.5}
    assert Store(tmp_path).holds(REF)


def test_flipped_bit_makes_an_artefact_missing_with_one_warning(tmp_path):
    warnings = []
    store = Store(tmp_path, warn=warnings.append)
    put(store)
    (tmp_path / "decode" / f"{REF.key}.bin").write_bytes(b"frameS")
    assert not store.holds(REF)
    assert not store.holds(REF)
    assert warnings == ["store: decode/kkkkkkkkkkkk is damaged; it is rendered again."]


def test_artefact_without_a_record_does_not_count(tmp_path):
    store = Store(tmp_path)
    put(store)
    (tmp_path / "decode" / f"{REF.key}.json").unlink()
    assert not store.holds(REF)
    put(store, b"again")
    assert store.path(REF).read_bytes() == b"again"


def test_torn_record_does_not_count(tmp_path):
    store = Store(tmp_path)
    put(store)
    record = tmp_path / "decode" / f"{REF.key}.json"
    record.write_text(record.read_text()[:20])
    assert not Store(tmp_path).holds(REF)


def test_failed_write_leaves_nothing(tmp_path):
    store = Store(tmp_path)

    def write(path):
        path.write_bytes(b"half")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.put(REF, write)
    assert not store.holds(REF)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


CALLS = ("fsync", "replace")


def _put_and_die(root, call: str, number: int) -> None:
    """Put an artefact, and be gone at the given call of the operating system."""
    count = 0
    original = getattr(os, call)

    def counted(*arguments, **named):
        nonlocal count
        count += 1
        if count == number:
            os._exit(9)
        return original(*arguments, **named)

    setattr(os, call, counted)
    put(Store(root), b"new")
    os._exit(0)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_death_at_any_point_leaves_the_old_state_or_the_new(tmp_path, call, number):
    child = os.fork()
    if child == 0:
        _put_and_die(tmp_path, call, number)
    _, status = os.waitpid(child, 0)
    warnings = []
    store = Store(tmp_path, warn=warnings.append)
    is_finished = os.waitstatus_to_exitcode(status) == 0
    assert store.holds(REF) or not is_finished
    assert warnings == []
    put(store, b"newer")
    assert store.path(REF).read_bytes() == b"newer"


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_full_disk_at_any_point_is_said_and_tears_nothing(tmp_path, monkeypatch, number):
    store, calls, real = Store(tmp_path), [], os.fsync

    def fsync(descriptor):
        calls.append(descriptor)
        if len(calls) == number:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(ResourceError) as error:
        put(store)
    assert str(error.value).removeprefix(str(tmp_path)).removeprefix("/decode") == (
        ": no space left on the disk. What is finished is kept; "
        "free some space and run the same command again."
    )
    monkeypatch.undo()
    assert not list((tmp_path / "tmp").iterdir())
    put(store, b"later")
    assert Store(tmp_path).path(REF).read_bytes() == b"later"


def test_collect_drops_what_is_not_kept(tmp_path):
    store = Store(tmp_path)
    other = Ref("encode-text", "a" * 64, ".bin")
    put(store)
    put(store, b"context", other)
    assert store.collect({REF}) == (1, 7)
    assert list(store.refs()) == [REF]


def test_drafts_of_killed_processes_are_swept(tmp_path):
    store = Store(tmp_path)
    (tmp_path / "tmp" / "1234-0.mp4").write_bytes(b"half")
    store.clear_drafts()
    assert list((tmp_path / "tmp").iterdir()) == []


def test_keys_follow_values_and_not_their_order():
    assert content_key({"a": 1, "b": [2]}) == content_key({"b": [2], "a": 1})
    assert content_key({"a": 1}) != content_key({"a": 2})
    assert canonical_json({"é": 0.1}) == '{"\\u00e9":0.1}'


def test_publish_leaves_an_unchanged_file_alone(tmp_path):
    (tmp_path / "a").write_bytes(b"clip")
    assert publish(tmp_path / "a", tmp_path / "b")
    assert not publish(tmp_path / "a", tmp_path / "b")


def test_atomic_write_keeps_the_old_file_when_it_fails(tmp_path, monkeypatch):
    path = tmp_path / "run.json"
    write_atomically(path, b"old")

    def fsync(descriptor):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(ResourceError):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["run.json"]


def test_second_process_is_told_who_has_the_board(tmp_path):
    root = tmp_path / "store"
    root.mkdir()
    with board_lock(root):
        child = os.fork()
        if child == 0:
            try:
                with board_lock(root):
                    os._exit(0)
            except BoardLockedError as error:
                os._exit(4 if f"process {os.getppid()} on " in str(error) else 5)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 4


def test_lock_of_a_dead_process_is_taken_over(tmp_path):
    child = os.fork()
    if child == 0:
        with board_lock(tmp_path):
            os._exit(9)
    os.waitpid(child, 0)
    assert json.loads((tmp_path / "lock.json").read_text())["pid"] == child
    with board_lock(tmp_path):
        assert json.loads((tmp_path / "lock.json").read_text())["pid"] == os.getpid()
