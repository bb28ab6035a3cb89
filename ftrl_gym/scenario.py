"""A scenario: a domain with its world, its pool of tools and its tasks. One scenario is one registered env id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import Field

from ftrl_gym.errors import RegistryError
from ftrl_gym.task import Provenance, Split, Task
from ftrl_gym.tooldoc import Frozen, ToolDocument
from ftrl_gym.world import WorldBase

FORMAT = 1
"""Version of the registry format; a reader refuses others."""


class FileEntry(Frozen):
    """Pin of one file of a scenario."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of its content."""
    bytes: int = Field(ge=0)
    """Length on the disk."""
    packed: bool = False
    """Whether it lies there compressed, as ``<path>.bz2``."""


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


class Tools(NamedTuple):
    """The tools of one design: what is documented, and what runs."""

    documents: Mapping[str, ToolDocument]
    source: str
    """Python source of all tools: one function per document, first parameter ``world``."""


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
    load_tools: Callable[[str], Tools] | None = field(default=None)
    """Name of a toolset -> its tools. Cached by the loader. Raises RegistryError."""
    retell: Callable[[Task, int], Task] | None = field(default=None)
    """The same task with the tools of a variant, where the scenario's tools are known to have several designs."""
    endless: Callable[..., Task] | None = field(default=None)
    """Seed -> a new certified task, where the scenario has a generator (its world is then known to load_world)."""

    def tools(self, toolset: str = "") -> Tools:
        """The tools of a design; without a name the plain ones.

        Raises:
            RegistryError: The scenario has no such toolset, or its files are broken.
        """
        if not toolset:
            return Tools(self.documents, self.source)
        if self.load_tools is None:
            raise RegistryError(f"{self.manifest.name} has no toolset {toolset!r:.60}; build the scenario again")
        return self.load_tools(toolset)
