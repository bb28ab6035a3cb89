"""Prompts: one Markdown file per stage, which people can read and change.

A file holds a section ``# System`` and a section ``# User``; ``$name`` stands for a value. ``again.md`` is what a model
is told about a reply that cannot be used. A folder of one's own may hold any of the files; the others are the packaged
ones.
"""

from __future__ import annotations

import string
from functools import lru_cache
from pathlib import Path

from ftrl_gym.construct.llm.model import Message
from ftrl_gym.construct.llm.replies import WriterStage
from ftrl_gym.errors import UnknownNameError, UsageError

PACKAGED = Path(__file__).parent / "prompts"
AGAIN = "again"
_ROLES = {"# System": "system", "# User": "user"}


class Prompts:
    """The prompts of one build.

    Args:
        folder: Holds files that replace packaged ones; None for none.

    Raises:
        UsageError: The folder is none, or holds a file that is no prompt.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        if folder is None:
            return
        if not folder.is_dir():
            raise UsageError(f"{folder} is no folder of prompts; the packaged ones are in {PACKAGED}")
        known = {*WriterStage, AGAIN}
        for file in sorted(folder.glob("*.md")):
            if file.stem not in known:
                raise UnknownNameError("prompt", file.stem, known, f"It stands in {folder}")

    def messages(self, stage: WriterStage, **values: str) -> tuple[Message, ...]:
        """The conversation that a stage begins with.

        Args:
            stage: What is asked for.
            **values: What the file's ``$names`` stand for.

        Raises:
            UsageError: The file has a ``$name`` for which there is no value, or not its two sections.
        """
        return self._filled(stage.value, values)

    def again(self, problem: str) -> Message:
        """What the model is told about a reply that cannot be used."""
        return self._filled(AGAIN, {"problem": problem})[-1]

    def _filled(self, name: str, values: dict[str, str]) -> tuple[Message, ...]:
        file = self._file(name)
        messages = []
        for role, text in _sections(file):
            template = string.Template(text)
            unknown = sorted({*template.get_identifiers()} - values.keys()) if template.is_valid() else ["$"]
            if unknown:
                raise UsageError(
                    f"{file}: there is no value for {', '.join(unknown)}; there is one for "
                    f"{', '.join(sorted(values))}. A dollar sign is written $$"
                )
            messages.append({"role": role, "content": template.substitute(values).strip()})
        return tuple(messages)

    def _file(self, name: str) -> Path:
        own = self._folder / f"{name}.md" if self._folder is not None else None
        return own if own is not None and own.is_file() else PACKAGED / f"{name}.md"


@lru_cache(maxsize=32)
def _sections(file: Path) -> tuple[tuple[str, str], ...]:
    """Role and text of each section."""
    sections: list[tuple[str, list[str]]] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip() in _ROLES:
            sections.append((_ROLES[line.strip()], []))
        elif sections:
            sections[-1][1].append(line)
    if not sections or sections[-1][0] != "user":
        raise UsageError(f"{file} is no prompt: it needs a line '# User' and the text after it, last of all")
    return tuple((role, "\n".join(lines)) for role, lines in sections)
