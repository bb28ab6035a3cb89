"""The README's example does what its comments say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    example, *others = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(example, "README.md", "exec"), names)
    printed = capsys.readouterr().out
    for other in others:
        for line in other.splitlines():
            exec(compile(line, "README.md", "exec"), names)
            names["env"].reset(seed=1)
    assert "aircraft type of flight LT3635" in printed
    assert printed.splitlines()[-2].endswith(" 0.5")
    assert printed.splitlines()[-1] == "0.5 True 1.0"


def test_every_file_it_names_exists() -> None:
    root = Path(__file__).parent.parent
    for name in re.findall(r"`((?:ftrl_gym|agents|benchmarks|docs|registry|tests)/[\w/.]+)`", README):
        assert (root / name).exists(), name
    for name in re.findall(r"\]\(((?:docs|benchmarks)/[^)]+)\)", README):
        assert (root / name).exists(), name
