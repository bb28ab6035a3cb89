"""Where the files of published data are looked for, and in which order."""

from __future__ import annotations

import hashlib
from pathlib import Path

import huggingface_hub
import pytest

from ftrl_gym.errors import UsageError
from ftrl_gym.suites.data_files import VARIABLE, DataFile, DataSet, find

RIGHT = "the published words"
DATA = DataSet(
    title="the sayings",
    files=(DataFile(names=("all.txt", "some.txt"), size=19, sha256=hashlib.sha256(RIGHT.encode()).hexdigest()),),
    folders=("", "sayings"),
    source="the place of their authors",
    package="sayings_on_paper",
    hub="authors/sayings",
    hub_folder="data",
)


def kept(folder: Path, text: str = RIGHT, name: str = "all.txt") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """A hub that has the data; what it was asked for."""
    seen: list[tuple[str, str, str]] = []

    def download(repository: str, name: str, *, repo_type: str) -> str:
        seen.append((repository, name, repo_type))
        return str(kept(tmp_path / "hub") / "all.txt")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    monkeypatch.delenv(VARIABLE, raising=False)
    return seen


def test_the_hub_is_asked_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[object]) -> None:
    assert find(DATA, None).paths == (tmp_path / "hub" / "all.txt",)
    assert asked == [("authors/sayings", "data/all.txt", "dataset")]
    (kept(tmp_path / "site" / "sayings_on_paper") / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert find(DATA, None).paths == (tmp_path / "site" / "sayings_on_paper" / "all.txt",)
    kept(tmp_path / "mine" / "sayings")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "mine"))
    assert find(DATA, None).paths == (tmp_path / "mine" / "sayings" / "all.txt",)
    given = kept(tmp_path / "given")
    assert find(DATA, given).paths == find(DATA, given / "all.txt").paths == (given / "all.txt",)
    assert len(asked) == 1
    with pytest.raises(UsageError, match=r"has no all\.txt of the sayings"):
        find(DATA, tmp_path)  # what was given is not gone past
    assert len(asked) == 1


@pytest.mark.parametrize("error", [OSError("no network"), ValueError("offline")])
def test_without_a_network_the_error_says_what_to_put_where(
    error: Exception, monkeypatch: pytest.MonkeyPatch, asked: list[object]
) -> None:
    def unreachable(*given: object, **named: object) -> str:
        raise error

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", unreachable)
    with pytest.raises(UsageError) as caught:
        find(DATA, None)
    for words in ("the sayings", "19 bytes", str(DATA.files[0].sha256), "place of their authors", f"${VARIABLE}"):
        assert words in str(caught.value)


def test_other_files_than_the_published_ones_are_told(tmp_path: Path) -> None:
    right, other = find(DATA, kept(tmp_path / "a")), find(DATA, kept(tmp_path / "b", "other words"))
    part = find(DATA, kept(tmp_path / "c", "a few", "some.txt"))
    assert right.note == "" and "all.txt is not the published file" in other.note
    assert part.note == "some.txt is a part of all.txt"
    assert len({right.digest, other.digest, part.digest}) == 3
