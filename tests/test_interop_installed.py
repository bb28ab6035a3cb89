"""Adapters whose library is absent, or there in another version, say which one is supported and how it comes."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import gymnasium as gym
import pytest

from ftrl_gym.errors import MissingExtraError, UsageError
from ftrl_gym.interop import installed, mcp, openenv, ray, torchrl, trl, verifiers, verifiers_v0, verl
from ftrl_gym.interop.episodes import Episodes

ID = "ftrl/TravelBooking-v0"


def _server() -> None:
    openenv.create_app(Episodes(gym.make(ID)))


def _client() -> None:
    openenv.client("http://127.0.0.1:1")


def _plugin() -> None:
    verifiers.plugin(ID)


ADAPTERS: list[tuple[str, Callable[[], object], list[str], str]] = [
    ("openenv", _server, ["0.9.1", "0.11.0", "1.0"], "openenv>=0.10,<0.11"),
    ("openenv", _client, ["0.9.1", "0.11.0", "1.0"], "openenv>=0.10,<0.11"),
    ("verifiers", _plugin, ["0.3.1", "0.5.0", "1.0"], "verifiers>=0.4,<0.5"),
    ("verifiers", verifiers_v0.load_environment, ["0.2.1", "0.4.0", "1.0"], "verifiers>=0.3,<0.4"),
    ("verl", lambda: verl._agent_loop.__wrapped__(), ["0.8.0", "0.10.0", "1.0"], "verl>=0.9,<0.10"),
]


@pytest.mark.parametrize(("library", "use", "wrong", "supported"), ADAPTERS)
def test_a_version_that_is_not_supported_is_named(
    library: str, use: Callable[[], object], wrong: list[str], supported: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for found in wrong:
        monkeypatch.setattr(installed.importlib.metadata, "version", lambda name, found=found: found)
        with pytest.raises(UsageError) as caught:
            use()
        text = str(caught.value)
        assert f"{library} {found} is installed, and {supported} is supported" in text
        assert f"pip install 'ftrl-gym[{library}" in text


@pytest.mark.parametrize(("library", "use", "wrong", "supported"), ADAPTERS)
def test_a_library_that_is_absent_is_named_with_its_extra(
    library: str, use: Callable[[], object], wrong: list[str], supported: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> str:
        raise installed.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(installed.importlib.metadata, "version", absent)
    with pytest.raises(MissingExtraError, match=rf"ftrl-gym\[{library}"):
        use()


ROOT = Path(__file__).parent.parent
MODULES: dict[str, ModuleType] = {
    "mcp": mcp, "openenv": openenv, "ray": ray, "torchrl": torchrl, "trl": trl, "verifiers": verifiers,
    "verifiers-v0": verifiers_v0, "verl": verl,
}  # fmt: skip
"""Extra -> its adapter."""


@pytest.mark.parametrize("extra", MODULES)
def test_versions_are_the_same_in_the_code_the_extra_and_the_page(extra: str) -> None:
    least, below = MODULES[extra].SUPPORTED
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    library = extra.removesuffix("-v0")
    required = [one.partition(";")[0] for one in project["optional-dependencies"][extra]]
    assert f"{library}>={least},<{below}" in required
    page = (ROOT / "docs" / "plugging-in.md").read_text(encoding="utf-8")
    several = below.isdecimal()  # a major version; else one minor version only is supported
    named = f"`{extra}`: {least}" if extra == "verifiers-v0" else f"({library} {least}"
    assert (f"{named} or newer, below {below})" if several else named) in page
