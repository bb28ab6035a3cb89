"""The tutorial: a newcomer who does what it says sees what it shows. Its files are written, its commands run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from ftrl_gym.construct.declare.reference import reference

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
TUTORIAL = (DOCS / "your-own-scenario.md").read_text(encoding="utf-8")


class Block(NamedTuple):
    """A fenced block: ``python``, ``console``, ``slip``; ``name`` is the file it is to be saved as."""

    kind: str
    name: str
    text: str


BLOCKS = [
    Block(*found) for found in re.findall(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", TUTORIAL, re.DOTALL | re.MULTILINE)
]


class Newcomer:
    """Somebody with an empty home, who types what the tutorial says."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "my_shop"
        programs = home / "bin"
        for made in (self.folder, programs):
            made.mkdir()
        for name, code in (
            ("ftrl-gym", "-c 'import sys; from ftrl_gym.cli import main; sys.exit(main())'"),
            ("python", ""),
        ):
            (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {code} "$@"\n')
            (programs / name).chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if name not in ("FTRL_REGISTRY", "XDG_DATA_HOME")}
        self.environment = kept | {
            "HOME": str(home),
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "agents")]),
            "COLUMNS": "140",
        }

    def types(self, command: str, answers: str = "") -> subprocess.CompletedProcess[str]:
        """Runs a command line; both outputs come in one."""
        return subprocess.run(
            command, shell=True, cwd=self.folder, env=self.environment, input=answers, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip


def pattern(shown: str) -> str:
    """What is shown, as a regular expression: ``...`` is anything within its line, or lines where it stands alone."""
    lines = []
    for line in shown.splitlines():
        escaped = re.escape(line.rstrip()).replace(r"\.\.\.", ".*")
        lines.append("(?:.*\n)*?" if line.strip() == "..." else f"{escaped} *\n")
    return "".join(lines)


def sessions(text: str) -> list[tuple[str, str, str]]:
    """(command, what is typed into it, what it shows) of a console block."""
    parts = re.split(r"^\$ (.*)\n", text, flags=re.MULTILINE)[1:]
    return [
        (
            command,
            "".join(re.findall(r"^> (.*\n)", rest, re.MULTILINE)),
            re.sub(r"^> .*\n", "", rest, flags=re.MULTILINE),
        )
        for command, rest in zip(parts[::2], parts[1::2], strict=True)
    ]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="its commands are for a POSIX shell")
def test_whoever_follows_it_gets_there(tmp_path: Path) -> None:
    newcomer, code = Newcomer(tmp_path), ""
    for block in BLOCKS:
        if block.name:
            (newcomer.folder / block.name).write_text(block.text, encoding="utf-8")
        elif block.kind == "python":
            code += block.text
        elif block.kind == "console":
            for command, answers, shown in sessions(block.text):
                done = newcomer.types(command, answers)
                assert done.returncode == 0, f"{command}\n{done.stdout}"
                seen = re.sub("^(> )+", "", done.stdout, flags=re.MULTILINE)  # a pipe shows no answers after the prompt
                assert re.fullmatch(pattern(shown) + r"\n*", seen), f"{command}\n{done.stdout}\n--- not\n{shown}"
        elif block.kind == "slip":
            check_slip(newcomer, block.text)
    (newcomer.folder / "use.py").write_text(code, encoding="utf-8")
    done = newcomer.types("python use.py")
    assert done.returncode == 0 and done.stdout.splitlines()[-2] == "1.0", done.stdout
    assert done.stdout.splitlines()[-1].startswith("endless-")
    declared = next(block.text for block in BLOCKS if block.name == "my_shop.py")
    assert len(declared.splitlines()) <= 90, "about 90 lines, as it promises"


def check_slip(newcomer: Newcomer, text: str) -> None:
    """A slip gives the error that is shown, at once and on one screen."""
    before, after, told = (re.findall(rf"^{re.escape(sign)} (.*)\n", text, re.MULTILINE)[0] for sign in "-+!")
    file = newcomer.folder / "my_shop.py"
    right = file.read_text(encoding="utf-8")
    assert before in right, before
    file.write_text(right.replace(before, after, 1), encoding="utf-8")
    done = newcomer.types("ftrl-gym build my_shop.py")
    file.write_text(right, encoding="utf-8")
    assert done.returncode == 2 and re.fullmatch(pattern(f"ftrl-gym: {told}\n"), done.stdout), f"{text}\n{done.stdout}"


def test_it_says_in_which_file_the_whole_language_stands() -> None:
    written = (DOCS / "declaration-language.md").read_text(encoding="utf-8")
    again = "python -m ftrl_gym.construct.declare.reference > docs/declaration-language.md"
    assert written == reference(), f"make it again: {again}"
    for link in re.findall(r"\]\(([\w-]+\.md)\)", TUTORIAL + written):
        assert (DOCS / link).is_file(), link
