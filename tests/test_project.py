"""The package as others get it: a wheel, an editable install, a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from tiny_scenario import NAME, write_tiny

import ftrl_gym
from ftrl_gym import registry

ROOT = Path(__file__).parent.parent
CONSTRAINTS = ROOT / "constraints.txt"

MAKE = f"""
import sys
import gymnasium as gym
env = gym.make("ftrl_gym:ftrl/{NAME}-v0", unsafe=True)
observation, info = env.reset(seed=1)
assert info["task_id"].startswith("train-"), info
import ftrl_gym, ftrl_agents
from ftrl_gym import registry
print(ftrl_gym.__file__)
print(ftrl_agents.__file__)
print(registry.packaged_root())
print(",".join(registry.names()))
"""


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def run(command: list[str], folder: Path, **variables: str) -> str:
    """Runs a command away from the checkout and returns what it printed."""
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "FTRL_REGISTRY")}
    done = subprocess.run(
        command, cwd=folder, env=environment | variables, capture_output=True, text=True, check=False, timeout=280
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def new_venv(folder: Path) -> str:
    """An empty venv; returns its python."""
    venv.create(folder, with_pip=True)
    return str(folder / "bin" / "python")


def pip(python: str, *arguments: str, folder: Path) -> None:
    run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments], folder)


def test_the_extras_are_the_promised_ones() -> None:
    extras = project()["project"]["optional-dependencies"]  # type: ignore[index]
    assert sorted(extras) == [
        "bench",
        "dev",
        "endpoint",
        "export",
        "general",
        "llm",
        "lora",
        "mcp",
        "openenv",
        "ray",
        "rllib",
        "sb3",
        "torchrl",
        "train",
        "trl",
        "verifiers",
        "verifiers-v0",
        "verl",
        "viz",
        "vllm",
    ]


def test_the_constraints_satisfy_the_project() -> None:
    from packaging.requirements import Requirement

    lines = [line for line in CONSTRAINTS.read_text().splitlines() if not line.startswith("#")]
    pins = {Requirement(line).name.lower().replace("_", "-"): line.partition("==")[2] for line in lines}
    assert pins["torch"] == "2.13.0"
    table = project()["project"]
    assert isinstance(table, dict)
    for text in [
        *table["dependencies"],
        *(
            text
            for extra in ("train", "lora", "bench", "export", "dev")
            for text in table["optional-dependencies"][extra]
        ),
    ]:
        wanted = Requirement(text)
        if wanted.name != "ftrl-gym":
            assert wanted.specifier.contains(pins[wanted.name.lower().replace("_", "-")]), text


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(ROOT),
    ]
    run(command, folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_holds_the_packages_and_the_registry_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {
        "ftrl_gym",
        "ftrl_agents",
        f"ftrl_gym-{ftrl_gym.__version__}.dist-info",
    }
    packaged = {
        file.relative_to(ROOT / "registry").as_posix() for file in (ROOT / "registry").rglob("*") if file.is_file()
    }
    assert {name.removeprefix("ftrl_gym/_registry/") for name in names if "/_registry/" in name} == packaged
    assert "ftrl_gym/py.typed" in names and "ftrl_gym/trusted.json" in names


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_wheel_works_beside_openai_agents(wheel: Path, tmp_path: Path) -> None:
    python = new_venv(tmp_path / "venv")
    pip(python, "-c", str(CONSTRAINTS), str(wheel), "openai-agents", folder=tmp_path)
    write_tiny(tmp_path / "registry")
    shown = run([python, "-c", MAKE], tmp_path, FTRL_REGISTRY=str(tmp_path / "registry")).split()
    assert all(str(tmp_path / "venv") in line for line in shown[:3])
    assert shown[2].endswith("_registry")
    assert set(registry.names()) <= set(shown[3].split(","))
    run([python, "-c", "import agents; agents.Agent(name='x'); import ftrl_gym"], tmp_path)
    listed = run([str(tmp_path / "venv" / "bin" / "ftrl-gym"), "list"], tmp_path)
    assert all(name in listed for name in registry.names())


@pytest.mark.slow
def test_an_editable_install_works(tmp_path: Path) -> None:
    """Without downloading anything: the other libraries are this interpreter's."""
    python = new_venv(tmp_path / "venv")
    (site,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (site / "zz-parent.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")) + "\n")
    pip(python, "--no-deps", "--no-build-isolation", "--editable", str(ROOT), folder=tmp_path)
    write_tiny(tmp_path / "registry")
    shown = run([python, "-c", MAKE], tmp_path, FTRL_REGISTRY=str(tmp_path / "registry")).split()
    assert shown[:3] == [
        str(ROOT / "ftrl_gym/__init__.py"),
        str(ROOT / "agents/ftrl_agents/__init__.py"),
        str(ROOT / "registry"),
    ]


def test_a_checkout_works(tmp_path: Path) -> None:
    write_tiny(tmp_path / "registry")
    path = os.pathsep.join([str(ROOT), str(ROOT / "agents")])
    shown = run([sys.executable, "-c", MAKE], tmp_path, PYTHONPATH=path, FTRL_REGISTRY=str(tmp_path / "registry"))
    assert shown.split()[2] == str(ROOT / "registry")


def test_make_refuses_an_old_python(tmp_path: Path) -> None:
    """The message names the version that is there and the way out."""
    old = tmp_path / "python-old"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(0o755)
    for file in ("Makefile", "pyproject.toml", "constraints.txt"):
        (tmp_path / file).write_bytes((ROOT / file).read_bytes())
    command = ["make", f"PYTHON={old}", "test"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr and "Python 3.9.2" in done.stderr


def test_make_says_what_there_is() -> None:
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "make train" in done.stdout and "make test" in done.stdout
