"""Folders that several processes want: locks, and a swap that no reader sees half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tiny_scenario import NAME, tiny_files, tiny_manifest

from ftrl_gym import exchange, lock, registry
from ftrl_gym.errors import RegistryError, UsageError
from ftrl_gym.task import Split

HOLDER = """
import pathlib, sys, time
from ftrl_gym.lock import held
with held(pathlib.Path(sys.argv[1]), "painting"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_names_its_holder_and_ends_with_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match=rf"another process is painting \(process {holder.pid} on "):
            lock.held(path, "painting").__enter__()
        holder.send_signal(signal.SIGKILL)
    assert path.exists(), "a killed process leaves its lock file"
    with lock.held(path, "painting"):
        assert str(os.getpid()) in path.read_text()
    assert not path.exists()


def test_who_waits_for_a_lock_gets_the_one_that_counts(tmp_path: Path) -> None:
    """Each holder removes the file; whoever waited on a removed one must not believe to hold the lock."""
    path, inside, most = tmp_path / "lock", [], []

    def work() -> None:
        for _ in range(30):
            with lock.held(path, "counting", wait=True):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 120 and max(most) == 1


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_folder_takes_the_place_of_another(
    can_exchange: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tmp_path / "place", tmp_path / "draft"
    for folder, text in ((old, "old"), (new, "new")):
        folder.mkdir()
        (folder / "file").write_text(text)
    if not can_exchange:
        monkeypatch.setattr(exchange, "exchange", lambda one, other: False)
    exchange.put_in_place(new, old)
    assert (old / "file").read_text() == "new"
    assert not (new / "file").exists() or (new / "file").read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} <= {"place", "draft"}


def test_where_no_exchange_is_possible_a_failed_move_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "exchange", lambda one, other: False)
    (tmp_path / "place").mkdir()
    with pytest.raises(OSError):
        exchange.put_in_place(tmp_path / "nothing", tmp_path / "place")
    assert [path.name for path in tmp_path.iterdir()] == ["place"]
    if sys.platform == "linux":
        monkeypatch.undo()
        with pytest.raises(FileNotFoundError):
            exchange.put_in_place(tmp_path / "nothing", tmp_path / "place")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there may be a moment without a folder")
def test_a_reader_finds_the_old_scenario_or_the_new_one(own_registry: Path) -> None:
    folder = own_registry / NAME
    manifests = [tiny_manifest().model_copy(update={"title": f"Library {n}"}) for n in range(2)]
    registry.write(folder, manifests[0], tiny_files())
    stop, seen, failures = threading.Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            try:
                seen.add(registry.load(NAME).manifest.title)
            except Exception as error:
                failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(30):
        registry.write(folder, manifests[number % 2], tiny_files())
    stop.set()
    reader.join()
    assert not failures and seen == {"Library 0", "Library 1"}


def test_what_is_no_scenario_is_not_replaced(own_registry: Path) -> None:
    folder = own_registry / NAME
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(RegistryError, match="is no scenario"):
        registry.write(folder, tiny_manifest(), tiny_files())
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]
    (folder / "thesis.txt").unlink()
    registry.write(folder, tiny_manifest(), tiny_files())
    assert registry.load(NAME).load_tasks(Split.TEST)
