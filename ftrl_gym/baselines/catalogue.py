"""Policies by name: the baselines, the oracle, chance, silence, and whatever a user's own module makes."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from ftrl_gym.baselines.brute_force import BruteForce
from ftrl_gym.baselines.constant import WORDS, Constant
from ftrl_gym.baselines.retrieval import Retrieval
from ftrl_gym.errors import UnknownNameError, UsageError
from ftrl_gym.policies import DoNothing, Oracle, Random
from ftrl_gym.trajectory import Policy

Fit = Callable[[], Policy]
"""Makes a template parser of training tasks; called only where it is asked for."""

NAMES = (
    *(f"constant-{name}" for name in WORDS),
    "first-row",
    "retrieval",
    "template-parser",
    "brute-force",
    "random",
    "silent",
    "oracle",
)
"""What :func:`policy_named` knows, besides ``module:factory``."""


def policy_named(name: str, fit: Fit, temperature: float = 0.0) -> Policy:
    """The policy of a name.

    Args:
        name: One of :data:`NAMES`, or ``module:factory``: what that callable of a module that can be imported returns.
        fit: Makes the template parser.
        temperature: Of the baselines that have one.

    Raises:
        UnknownNameError: There is none of that name; the text lists those there are.
        UsageError: The module cannot be imported, or its factory makes no policy.
    """
    if ":" in name:
        return _own(name)
    if name.startswith("constant-") and name in NAMES:
        return Constant(WORDS[name.removeprefix("constant-")])
    makers: dict[str, Callable[[], Policy]] = {
        "first-row": lambda: Retrieval(first_row=True, temperature=temperature),
        "retrieval": lambda: Retrieval(temperature=temperature),
        "template-parser": fit,
        "brute-force": BruteForce,
        "random": Random,
        "silent": DoNothing,
        "oracle": Oracle,
    }
    if name not in makers:
        raise UnknownNameError("policy", name, NAMES, "Your own: a module and what makes the policy, as module:factory")
    return makers[name]()


def _own(name: str) -> Policy:
    """The policy that ``module:factory`` makes."""
    place, _, attribute = name.partition(":")
    try:
        module = importlib.import_module(place)
    except Exception as error:  # whatever the user's code raises when it runs for the first time
        text = f"{type(error).__name__}: {error}"
        hint = f" Is its folder on PYTHONPATH? {place} is looked for as `import {place}` would."
        raise UsageError(
            f"policy {name!r:.80}: cannot import {place}: {text[:300]}.{hint if isinstance(error, ImportError) else ''}"
        ) from error
    factory = getattr(module, attribute, None)
    if not callable(factory):
        known = [each for each, value in vars(module).items() if callable(value) and not each.startswith("_")]
        raise UnknownNameError(f"factory of module {place}", attribute, known)
    try:
        made = factory()
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        raise UsageError(f"policy {name!r:.80}: {attribute}() failed: {text[:300]}") from error
    if not all(callable(getattr(made, method, None)) for method in ("begin", "act")):
        kind = type(made).__name__
        raise UsageError(f"policy {name!r:.80}: {attribute}() made a {kind}, which has no begin() and act()")
    policy: Policy = made
    return policy
