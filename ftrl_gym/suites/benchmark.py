"""What a published benchmark is to whoever runs it: parts to play, figures of each episode, and columns made of them.

A benchmark is a module with a constant ``BENCHMARK``; :mod:`ftrl_gym.suites.catalogue` knows them by name. Its
environments score each episode by every scorer at once: ``info["score"]`` of the last step holds ``KEY_SCORER`` for
each column and scorer, such as ``ts_official``, as a share from 0 to 1. A table is computed from these and nothing
else. It also holds ``outcome``, 1 where the authors call the episode right, which pass@k and pass^k count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ftrl_gym.errors import UnknownNameError
from ftrl_gym.suites.data_files import DataSet, find
from ftrl_gym.trajectory import Policy


@dataclass(frozen=True, kw_only=True)
class Part:
    """Tasks that are averaged by themselves: a level, a domain, a scenario."""

    name: str
    env_id: str
    """Of a registered environment; its task set lists the tasks."""
    keywords: Mapping[str, Any] = field(default_factory=dict)
    """Of ``gym.make``, beside those of :class:`Located` and ``docs``."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a benchmark's table."""

    key: str
    title: str
    parts: tuple[str, ...] = ()
    """Names of the parts that it is about; all, where there are none."""
    pooled: bool = False
    """The mean over all tasks; else the unweighted mean of the parts' means."""

    def figure(self, scorer: str) -> str:
        """What it is called in ``info["score"]``."""
        return f"{self.key}_{scorer}"


@dataclass(frozen=True)
class Located:
    """Where a benchmark's data were found."""

    keywords: Mapping[str, Any]
    """Of ``gym.make``: such as ``{"path": ...}``; the same for every part."""
    digest: str
    """Tells one version of the data from another; what was played with other data is not gone on from."""
    note: str = ""
    """What a reader of the figures has to know of these data, such as that they are a sample."""


def in_one_file(data: DataSet) -> Callable[[Path | None], Located]:
    """Finds data that lie in a single file, for ``Benchmark.locate``; what it gives raises UsageError without it."""

    def locate(given: Path | None) -> Located:
        found = find(data, given)
        return Located({"path": str(found.paths[0])}, found.digest, found.note)

    return locate


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """A published benchmark."""

    name: str
    """As ``--benchmark`` takes it."""
    title: str
    parts: tuple[Part, ...]
    columns: tuple[Column, ...]
    scorers: tuple[str, ...]
    """Rules by which episodes are scored, all at once; the first is the authors' own."""
    locate: Callable[[Path | None], Located]
    """Finds the data, given ``--data``; raises UsageError that says what to put where."""
    policies: Mapping[str, Callable[[], Policy]]
    """``oracle``, and trivial ones by name: what a perfect and a thoughtless policy get."""
    told: tuple[str, ...] = ("oracle",)
    """Those of them that are told the answers, so that what they get is no floor."""

    @property
    def floors(self) -> tuple[str, ...]:
        """Names of the policies that show what is had for nothing."""
        return tuple(name for name in self.policies if name not in self.told)

    def part(self, name: str) -> Part:
        """A part by its name.

        Raises:
            UnknownNameError: There is none of that name.
        """
        for part in self.parts:
            if part.name == name:
                return part
        raise UnknownNameError(f"part of {self.title}", name, [part.name for part in self.parts])
