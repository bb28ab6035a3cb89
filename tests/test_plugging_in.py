"""The examples of docs/plugging-in.md run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parent.parent / "docs" / "plugging-in.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^## (.*?)$(.*?)(?=^## |\Z)", PAGE, flags=re.DOTALL | re.MULTILINE)
BLOCKS = [(title, block) for title, text in EXAMPLES for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)]
NEEDS: dict[str, list[str]] = {"MCP": ["mcp"]}
"""Section -> the libraries without which its examples are left out."""


@pytest.mark.parametrize(("title", "block"), BLOCKS, ids=[f"{title}-{n}" for n, (title, _) in enumerate(BLOCKS)])
def test_an_example_runs(title: str, block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for library in NEEDS.get(title, []):
        pytest.importorskip(library)
    monkeypatch.chdir(tmp_path)
    exec(compile(block, f"docs/plugging-in.md, {title}", "exec"), {"__name__": "example"})


def test_the_page_has_examples() -> None:
    assert {title for title, _ in BLOCKS} >= {"Gymnasium", *NEEDS}
