"""How often a policy passes a task when it may try more than once: pass@k and pass^k, with intervals over tasks.

Of n samples of a task, c pass. pass@k, whether one of k tries passes, has the unbiased estimate
``1 - C(n-c, k) / C(n, k)`` (Chen et al. 2021, arXiv 2107.03374, equation 1). pass^k, whether all of k tries pass, has
``C(c, k) / C(n, k)`` (tau-bench, arXiv 2406.12045). Both are averaged over tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb

from ftrl_agents.evaluation import EpisodeScore, Evaluation, Interval, bootstrap
from ftrl_gym.errors import UsageError

Rate = Callable[[int, int, int], float]
"""Samples of a task, how many of them passed, and k, to an estimate."""


def pass_at_k(n: int, c: int, k: int) -> float:
    """Chance that at least one of k tries passes.

    >>> pass_at_k(4, 1, 2)
    0.5
    """
    assert 0 <= c <= n and 1 <= k <= n
    return 1 - comb(n - c, k) / comb(n, k)


def pass_hat_k(n: int, c: int, k: int) -> float:
    """Chance that all of k tries pass.

    >>> pass_hat_k(4, 3, 2)
    0.5
    """
    assert 0 <= c <= n and 1 <= k <= n
    return comb(c, k) / comb(n, k)


RATES: dict[str, Rate] = {"pass@": pass_at_k, "pass^": pass_hat_k}


def passed(score: EpisodeScore) -> bool:
    """Whether an episode ended right, and earned it."""
    return score.outcome == 1.0


def ks(samples: int) -> list[int]:
    """The k of a table: powers of two, and the number of samples.

    >>> ks(6)
    [1, 2, 4, 6]
    """
    return sorted({samples, *(2**power for power in range(samples.bit_length()) if 2**power <= samples)})


def rate(scores: Sequence[EpisodeScore], k: int, of: Rate) -> Interval:
    """Mean of an estimate over tasks.

    Raises:
        UsageError: A task has fewer than k samples.
    """
    counts: dict[str, tuple[int, int]] = {}
    for score in scores:
        n, c = counts.get(score.task, (0, 0))
        counts[score.task] = (n + 1, c + passed(score))
    fewest = min((n for n, _ in counts.values()), default=k)
    if k < 1 or fewest < k:
        raise UsageError(f"k = {k} needs as many samples of every task; one has {fewest}. Raise --samples")
    return bootstrap([of(n, c, k) for n, c in counts.values()])


def rate_rows(evaluation: Evaluation, samples: int, of: Rate) -> list[list[str]]:
    """A row for all tasks and one for each kind, a column for each of :func:`ks`."""
    parts = {"all": evaluation, **evaluation.by_kind()}
    return [
        [name, str(part.interval("outcome").n), *(str(rate(part.scores, k, of)) for k in ks(samples))]
        for name, part in parts.items()
    ]
