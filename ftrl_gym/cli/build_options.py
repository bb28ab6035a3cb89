"""What all ways of building share: where scenarios go, which options go together, what is said at the end."""

from __future__ import annotations

import argparse
from pathlib import Path

from ftrl_gym import registry, trust
from ftrl_gym.errors import UsageError

SEED = 20260504
"""Unless another one is asked for."""
EVERY = 30.0
"""Seconds between two lines of progress where there is no terminal to draw a bar on."""


def refuse(arguments: argparse.Namespace, names: tuple[str, ...], why: str) -> None:
    """Refuses options that do not go with the others. Raises UsageError."""
    for name in names:
        if getattr(arguments, name) not in (None, False):
            said = {"what": "a name", "stored": "--from"}.get(name, f"--{name.replace('_', '-')}")
            raise UsageError(f"{said} {why}")


def registry_root(arguments: argparse.Namespace, names: list[str]) -> Path:
    """The registry that is built into.

    Raises:
        UsageError: What was named is a scenario's folder and not a registry.
        RegistryError: A scenario cannot go there.
    """
    root = Path(arguments.out or trust.user_folder() / "registry").expanduser().absolute()
    for name in names:
        if (root / trust.MANIFEST).exists() or root.name == name:
            raise UsageError(f"--out is the registry, which gets a folder {name}: give --out {root.parent}")
        registry.check_place(root / name)
    return root


def how_to_use(name: str, root: Path) -> list[str]:
    """What is to be done to play a scenario that was built."""
    roots = [each.absolute() for each in registry.roots()]
    if root not in roots:
        return [f"to use it: export FTRL_REGISTRY={root}"]
    first = next(each for each in roots if (each / name).is_dir())
    if first != root:
        return [f"gym.make takes another {name}, which comes first: {first / name}"]
    return [f"play it: ftrl-gym play {name}"]
