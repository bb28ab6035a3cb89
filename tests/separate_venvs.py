"""Tests of the adapters whose libraries cannot share a venv, each in a venv of its own.

    python tests/separate_venvs.py                     # all of them; minutes, and gigabytes for verl
    python tests/separate_venvs.py openenv verifiers   # some
    python tests/separate_venvs.py --folder /tmp/venvs openenv -- -m "not slow"

A venv is made on first use and holds the adapter's extra, this checkout and what tests need. What stands behind ``--``
goes to pytest. It needs nothing but Python, and ends with an error if a library is not there after all.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
TOOLS = ("pytest>=8.4", "pytest-timeout>=2.3", "hypothesis>=6.130", "psutil")
"""What these tests need beside the adapter."""
SHARED = ("tests/test_interop_installed.py", "tests/test_plugging_in.py")
"""Tests that are about every adapter; they leave out what is not installed."""


@dataclass(frozen=True)
class Apart:
    """A library that wants a venv of its own."""

    module: str
    """Without which there is nothing to test."""
    adapter: str
    """Its name in ``tests/test_adapters.py``."""
    extras: tuple[str, ...]
    """Of this package."""

    def tests(self) -> list[str]:
        """What pytest runs."""
        shared = f"tests/test_adapters.py::test_an_adapter_pays_what_the_environment_pays[{self.adapter}]"
        return [f"tests/test_interop_{self.adapter}.py", shared, *SHARED]


LIBRARIES = {
    "openenv": Apart("openenv", "openenv", ("openenv",)),
    "verifiers": Apart("verifiers.v1", "verifiers", ("verifiers",)),
    "verifiers-v0": Apart("verifiers.legacy", "verifiers_v0", ("verifiers-v0",)),
    "rllib": Apart("ray.rllib", "rllib", ("rllib",)),
    "verl": Apart("verl", "verl", ("verl", "llm")),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; the first exit code that is not 0, or 0."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    split = given.index("--") if "--" in given else len(given)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("libraries", nargs="*", metavar="LIBRARY", help=f"of {', '.join(LIBRARIES)}; default: all")
    parser.add_argument("--folder", type=Path, default=ROOT / ".venvs", help="where the venvs are (default: .venvs)")
    chosen = parser.parse_args(given[:split])
    for name in chosen.libraries:
        if name not in LIBRARIES:
            parser.error(f"unknown library {name!r}; there are {', '.join(LIBRARIES)}")
    codes = []
    for name in chosen.libraries or LIBRARIES:
        apart = LIBRARIES[name]
        python = prepared(chosen.folder / name, apart)
        command = [python, "-m", "pytest", "-p", "no:cacheprovider", *apart.tests(), *given[split + 1 :]]
        codes.append(subprocess.run(command, cwd=ROOT, check=False).returncode)
        print(f"{name}: {'passed' if codes[-1] == 0 else f'pytest ended with {codes[-1]}'}", flush=True)
    return next((code for code in codes if code), 0)


def prepared(folder: Path, apart: Apart) -> str:
    """The Python of a venv that has the library, made if it is not there.

    Raises:
        subprocess.CalledProcessError: pip cannot install it.
    """
    python = str(folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
    finished = folder / "finished"
    if not finished.exists():
        venv.create(folder, with_pip=True, clear=True)
        package = f"{ROOT}[{','.join(apart.extras)}]"
        install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--editable", package, *TOOLS]
        subprocess.run(install, check=True)
        finished.touch()
    subprocess.run([python, "-c", f"import {apart.module}"], cwd=folder, check=True)
    return python


if __name__ == "__main__":
    raise SystemExit(main())
