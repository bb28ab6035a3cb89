"""A scenario: a domain with its world, its pool of tools and its tasks. One scenario is one registered env id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import Field

from ftrl_gym.task import Provenance, Split, Task
from ftrl_gym.tooldoc import Frozen, ToolDocument
from ftrl_gym.world import WorldBase

FORMAT = 1
"""Version of the registry format; a reader refuses others."""


class FileEntry(Frozen):
    """Pin of one file of a scenario."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)


class Manifest(Frozen):
    """What a scenario folder holds: ``registry/<name>/scenario.json``."""

    format: int = FORMAT
    name: str = Field(pattern=r"^[A-Z][A-Za-z0-9]{0,49}$")
    """CamelCase; the env id is ``ftrl/<name>-v<version>``."""
    version: int = Field(default=0, ge=0)
    title: str
    description: str
    instruction: str
    """First paragraph of the system message: who the assistant is and what it is to do."""
    provenance: Provenance
    documents: tuple[ToolDocument, ...]
    files: dict[str, FileEntry]
    """Every other file of the folder, by path with forward slashes."""


@dataclass(frozen=True)
class Scenario:
    """A loaded scenario. Worlds and tasks are read when first asked for, through the two loaders."""

    manifest: Manifest
    documents: Mapping[str, ToolDocument]
    source: str
    """Python source of all tools: one function per document, first parameter ``world``."""
    load_world: Callable[[str], WorldBase]
    """World id -> base. Cached by the loader. Raises RegistryError."""
    load_tasks: Callable[[Split], tuple[Task, ...]]
    """All tasks of a split. Cached by the loader. Raises RegistryError."""
    trusted: bool
    """Whether the code may run in this process: its manifest's hash is pinned by the package or by this user."""
    endless: Callable[[int, Split], Task] | None = field(default=None)
    """Seed -> a new certified task, where the scenario has a generator (its world is then known to load_world)."""
