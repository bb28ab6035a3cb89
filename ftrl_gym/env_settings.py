"""What every environment here checks of what it is given, in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ftrl_gym.errors import UnknownNameError, UsageError


def check_keywords(given: Iterable[str], known: Sequence[str]) -> None:
    """Raises UnknownNameError for a keyword of ``gym.make`` that an environment does not know."""
    for keyword in given:
        if keyword not in known:
            raise UnknownNameError("keyword of gym.make", keyword, known)


def check_turns_and_mode(max_turns: object, render_mode: object) -> None:
    """Raises UsageError for a turn limit or a render mode that cannot be."""
    if isinstance(max_turns, bool) or not isinstance(max_turns, int) or max_turns < 1:
        raise UsageError(f"max_turns is {max_turns!r}; it is a whole number of at least 1")
    if render_mode not in (None, "ansi"):
        raise UnknownNameError("render_mode", str(render_mode), ["ansi"])


def wanted_task(options: object) -> str | None:
    """Id of the task that the options of ``reset`` ask for; None where any will do.

    Raises:
        UnknownNameError: An unknown option.
        UsageError: Options of a wrong type.

    >>> wanted_task({"task": "test-00164"}), wanted_task(None)
    ('test-00164', None)
    """
    if options is not None and not isinstance(options, dict):
        raise UsageError(f"options is {options!r:.80}; it is a dict such as {{'task': ID}}, or None")
    for name in options or ():
        if name != "task":
            raise UnknownNameError("reset option", name, ["task"])
    wanted = (options or {}).get("task")
    if wanted is not None and not isinstance(wanted, str):
        raise UsageError(f"the task of options is {wanted!r:.80}; it is the id of a task, a str")
    return wanted
