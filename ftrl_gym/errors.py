"""Every error a user can meet, in one tree.

    FtrlGymError
    ├── UsageError (ValueError)          what was asked for cannot be: a keyword, an id, a path, a setting
    │   ├── UnknownNameError             a name that is not among the known ones; suggests the nearest
    │   └── MissingExtraError            an optional library is not installed; says which extra brings it
    ├── RegistryError (ValueError)       a registry file is broken, truncated, tampered with or untrusted
    ├── ConstructionError (ValueError)   a world, a shape or a stage cannot give what was asked
    │   └── CertificationError           a task failed its proof; carries the failed check
    └── SandboxError (RuntimeError)      code that is not ours cannot be run safely

Mistakes of a *policy* (a malformed call, an unknown tool, a wrong type) are no errors here: they are
feedback, see :mod:`ftrl_gym.env`. A bug of ours raises whatever Python raises.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class FtrlGymError(Exception):
    """Base of every error this package raises on purpose. Its text fits on a screen and says what to do."""


class UsageError(FtrlGymError, ValueError):
    """What was asked for cannot be."""


class UnknownNameError(UsageError):
    """A name that is not among the known ones.

    >>> str(UnknownNameError("split", "trian", ["train", "test"]))
    "unknown split 'trian'; did you mean 'train'? Known: test, train"
    """

    def __init__(self, what: str, name: object, known: Iterable[str], hint: str = "") -> None:
        self.what, self.name, self.known = what, name, sorted(map(str, known))
        near = difflib.get_close_matches(str(name), self.known, n=1)
        shown = ", ".join(self.known[:20]) + (f", … ({len(self.known)} in all)" if len(self.known) > 20 else "")
        text = f"unknown {what} {str(name)[:80]!r}"
        text += f"; did you mean {near[0]!r}?" if near else "."
        text += f" Known: {shown or 'none'}"
        super().__init__(text + (f". {hint}" if hint else ""))


class MissingExtraError(UsageError, ImportError):
    """An optional library is not installed."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f"{library} is not installed. Install it with: pip install 'ftrl-gym[{extra}]'")


class RegistryError(FtrlGymError, ValueError):
    """A registry file is broken, truncated, tampered with or untrusted; the text names file and place."""


class ConstructionError(FtrlGymError, ValueError):
    """A world, a shape or a stage cannot give what was asked."""


class CertificationError(ConstructionError):
    """A task failed its proof.

    Args:
        task: Id of the task.
        check: Name of the failed check, such as ``"oracle"`` or ``"probe:echo"``.
        evidence: What was seen instead.
    """

    def __init__(self, task: str, check: str, evidence: str) -> None:
        self.task, self.check, self.evidence = task, check, evidence
        super().__init__(f"task {task}: check {check!r} failed: {evidence}")


class SandboxError(FtrlGymError, RuntimeError):
    """Code that is not ours cannot be run safely; the text gives the reason and the way out."""
