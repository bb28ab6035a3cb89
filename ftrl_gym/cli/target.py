"""What a command is about: the env that a user named, and the terminal that shows it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import gymnasium as gym

import ftrl_gym  # noqa: F401 - registers the envs
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.registration import NAMESPACE

if TYPE_CHECKING:
    from rich.console import Console

    from ftrl_gym.env import ToolUseEnv


def known_ids() -> list[str]:
    """Every env id of this package."""
    return sorted(env_id for env_id in gym.registry if env_id.startswith(f"{NAMESPACE}/"))


def resolve(text: str) -> str:
    """The env id a user means: ``ftrl/TravelBooking-v0``, ``TravelBooking-v0`` or ``TravelBooking``.

    Raises:
        UnknownNameError: There is none.
    """
    short = text.removeprefix("ftrl_gym:").removeprefix(f"{NAMESPACE}/")
    for env_id in known_ids():
        name = env_id.removeprefix(f"{NAMESPACE}/")
        if short in (name, name.rpartition("-v")[0]):
            return env_id
    raise UnknownNameError("environment", f"{NAMESPACE}/{short}", known_ids())


def playable(text: str) -> str:
    """Like :func:`resolve`; a scenario that can be built but was not has an id too, with endless tasks.

    Raises:
        UnknownNameError: There is no such environment, nor such a scenario.
    """
    from ftrl_gym.construct.scenarios import names
    from ftrl_gym.registration import register_unbuilt

    try:
        return resolve(text)
    except UnknownNameError as error:
        short = text.removeprefix("ftrl_gym:").removeprefix(f"{NAMESPACE}/").removesuffix("-v0")
        if short in names():
            return register_unbuilt(short)
        known = {*known_ids(), *(f"{NAMESPACE}/{name}-v0" for name in names())}
        raise UnknownNameError(error.what, error.name, known) from None


def make(env_id: str, settings: Sequence[str], **keywords: Any) -> gym.Env[str, str]:
    """The env, with the ``KEYWORD=VALUE`` settings of the command line; a value is JSON, or else text.

    Raises:
        UsageError: A setting is not of that form, or contradicts one of ``keywords``, which options of their own set.
    """
    for setting in settings:
        keyword, given = keyword_of(setting)
        if keywords.get(keyword, given) != given:
            raise UsageError(
                f"--set {setting!r:.80} says otherwise than --{keyword}, and only one can hold; leave it out"
            )
        keywords[keyword] = given
    return gym.make(env_id, **keywords)


def keyword_of(setting: str) -> tuple[str, Any]:
    """The keyword and the value of a ``KEYWORD=VALUE`` setting of a command line; a value is JSON, or else text.

    Raises:
        UsageError: It is not of that form.

    >>> keyword_of("user=llm"), keyword_of("max_turns=7")
    (('user', 'llm'), ('max_turns', 7))
    """
    keyword, equals, value = setting.partition("=")
    if not equals:
        raise UsageError(f"--set {setting!r:.80} is not KEYWORD=VALUE")
    with contextlib.suppress(ValueError):
        return keyword, json.loads(value)
    return keyword, value


def bare(env: gym.Env[str, str]) -> ToolUseEnv:
    """The env inside its wrappers.

    Raises:
        UsageError: It is a published benchmark's, whose tasks are not like ours.
    """
    from ftrl_gym.env import ToolUseEnv

    inner = env.unwrapped
    if not isinstance(inner, ToolUseEnv):
        name = env.spec.id if env.spec is not None else type(inner).__name__
        raise UsageError(
            f"{name} is a published benchmark that is played by rules of its own, and has no tasks to show or to play "
            "here. Play it with: python agents/evaluate.py --benchmark NAME (docs/benchmarks.md)"
        )
    return inner


def console() -> Console:
    """A console that shows text as it is; a pipe gets long lines rather than tables broken at 80 columns."""
    from rich.console import Console

    out = Console(highlight=False, markup=False, emoji=False)
    return out if out.is_terminal else Console(highlight=False, markup=False, emoji=False, width=140)
