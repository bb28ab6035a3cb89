"""How fast tasks are made and certified, where the time goes, and a digest by which two versions can be compared.

Part of ``python benchmarks/speed.py construct``. Where the time goes is sampled: some hundred times a second of CPU
time a signal looks which stage is at work, so nothing that is measured is slowed by the measuring.
"""

from __future__ import annotations

import hashlib
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from ftrl_gym.construct import scenarios
from ftrl_gym.construct.endless import endless_task

FEATURES: Sequence[Sequence[str]] = ((), ("user",), ("state",), ("state", "user"))
"""Task after task takes the next of these, as far as its scenario has actions."""
FIRST_SEED = 1_000
TARGET = 100
"""Fully certified tasks a second of CPU time: the aim."""
_STAGES = {
    ("solver.py", "confirm"): "solver",
    ("probes.py", "probe_subject"): "probes",
    ("probes.py", "plan_return"): "oracle",
    ("probes.py", "__init__"): "oracle",
    ("writer.py", "deploy"): "trials",
    ("writer.py", "scale"): "documents",
    ("writer.py", "integrate"): "documents",
    ("writer.py", "document"): "documents",
    ("writer.py", "decompose"): "questions",
    ("endless.py", "_ground"): "worlds",
}
"""(file, function) -> the stage that it is; of several on the stack the innermost counts."""
_EVERY_S = 0.002


def measure(scenario: str, depth: str, tasks: int) -> str:
    """Makes tasks of a scenario and returns the lines to print.

    Args:
        scenario: Its name.
        depth: ``full`` or ``quick``.
        tasks: How many; a quarter as many are made before, to warm up.
    """
    turns = [dials for dials in FEATURES if "state" not in dials or scenarios.scenario(scenario).domain.actions]
    for number in range(-(-tasks // 4)):
        endless_task(number, scenario=scenario, certify=depth, features=turns[number % len(turns)])
    refused: Counter[str] = Counter()
    digest = hashlib.sha256()
    with _sampled() as samples:
        start = time.process_time()
        for number in range(tasks):
            features = turns[number % len(turns)]
            one: Counter[str] = Counter()
            task = endless_task(FIRST_SEED + number, scenario=scenario, certify=depth, features=features, refused=one)
            refused += one
            digest.update(f"{task.model_dump_json()} {sorted(one.items())}\n".encode())
        taken = time.process_time() - start
    known = max(1, sum(samples.values()))
    shares = ", ".join(f"{stage} {100 * count / known:.0f}%" for stage, count in samples.most_common())
    checks = ", ".join(f"{check} {count}" for check, count in refused.most_common(8)) or "none"
    verdict = f" (aim: {TARGET})" if depth == "full" else ""
    return "\n".join(
        [
            f"{scenario}, {depth}: {tasks / taken:,.1f} tasks a CPU-second{verdict}, {1e3 * taken / tasks:.1f} ms each",
            f"  time     {shares or 'not sampled on this platform'}",
            f"  refused  {refused.total()} draws besides {tasks} tasks: {checks}",
            f"  digest   {digest.hexdigest()[:16]} of the tasks with what was refused before each",
        ]
    )


@contextmanager
def _sampled() -> Iterator[Counter[str]]:
    """Counts, while it is open, at which stage each sample of the main thread finds it."""
    samples: Counter[str] = Counter()

    def look(number: int, frame: FrameType | None) -> None:
        while frame is not None:
            code = frame.f_code
            stage = _STAGES.get((code.co_filename.replace("\\", "/").rpartition("/")[2], code.co_name))
            if stage is not None:
                samples[stage] += 1
                return
            frame = frame.f_back
        samples["other"] += 1

    if not hasattr(signal, "setitimer"):
        yield samples
        return
    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)
    try:
        yield samples
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
