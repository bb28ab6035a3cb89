"""Every error a user can meet, in one tree.

    FtrlGymError
    ├── UsageError (ValueError)          what was asked for cannot be: a keyword, an id, a path, a setting
    │   ├── UnknownNameError             a name that is not among the known ones; suggests the nearest
    │   └── MissingExtraError            an optional library is not installed; says which extra brings it
    ├── RegistryError (ValueError)       a registry file is broken, truncated, tampered with or untrusted
    ├── ConstructionError (ValueError)   a world, a shape or a stage cannot give what was asked
    │   └── CertificationError           a task failed its proof; carries the failed check
    ├── SandboxError (RuntimeError)      code that is not ours cannot be run safely
    └── ModelError (RuntimeError)        a language model that construction asks does not give what is needed
        ├── ModelUnreachable             it cannot be asked at all: address, key, name
        ├── RequestFailed                one request came to nothing, however often it was made
        ├── GaveUp                       no reply to one question was usable; carries the stage and the reason
        │   └── Unanswered               there was no reply, for reasons of the endpoint: it may be asked again
        └── BudgetSpent                  the next request would go over the limit of tokens

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


class ModelError(FtrlGymError, RuntimeError):
    """A language model that construction asks does not give what is needed."""


class ModelUnreachable(ModelError):
    """It cannot be asked at all, and will not be by asking again: a wrong address, key or name, or no answer to
    several requests in a row."""


class RequestFailed(ModelError):
    """One request came to nothing, however often it was made.

    Args:
        reason: What the endpoint said last.
        answered: Whether there was an endpoint that answered, if only with an error.
    """

    def __init__(self, reason: str, *, answered: bool = True) -> None:
        self.reason, self.answered = reason, answered
        super().__init__(f"the request failed: {reason}")


class GaveUp(ModelError):
    """No reply to one question was usable.

    Args:
        stage: The stage that was asked for.
        reason: What was wrong with the last reply.
    """

    def __init__(self, stage: str, reason: str) -> None:
        self.stage, self.reason = stage, reason
        super().__init__(f"{stage}: {reason}")


class Unanswered(GaveUp):
    """There was no reply to one question, for reasons of the endpoint and not of the model: asking again may help."""


class BudgetSpent(ModelError):
    """The next request would go over the limit of tokens.

    Args:
        spent: Tokens so far.
        limit: The most that may be spent.
    """

    def __init__(self, spent: int, limit: int) -> None:
        self.spent, self.limit = spent, limit
        super().__init__(
            f"{spent:,} of {limit:,} tokens are spent. What was finished is kept, and replies are remembered: the same "
            "command with a higher --max-tokens-total goes on from here"
        )
