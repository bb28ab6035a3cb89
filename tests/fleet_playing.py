"""Scripts played in a fleet of Ray actors, and a Ray of one's own to do it in."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from adapter_episodes import Played, Script

STORE = 80_000_000
"""Bytes of an object store; the least that Ray takes is 75 MB."""


@contextlib.contextmanager
def one_node() -> Iterator[None]:
    """A Ray of one node in this machine."""
    import ray

    quiet()
    ray.init(num_cpus=2, object_store_memory=STORE, include_dashboard=False, log_to_driver=False)
    try:
        yield
    finally:
        ray.shutdown()


def quiet() -> None:
    """Ray neither reports its use, nor writes to the terminal."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"


def played_by(fleet: Any, chosen: Sequence[Script], on_arrival: Callable[[int], None] | None = None) -> list[Played]:
    """Plays scripts, each in the next place that is free.

    Args:
        fleet: Where.
        chosen: The scripts.
        on_arrival: Called with the number of turns that have arrived so far.
    """
    queue, playing = list(enumerate(chosen))[::-1], dict[int, int]()
    paid: list[list[tuple[float, bool, bool]]] = [[] for _ in chosen]
    scores: list[dict[str, float]] = [{} for _ in chosen]
    turns = 0

    def begin(place: int) -> None:
        if queue:
            playing[place], script = queue.pop()
            fleet.begin(place, task=script.task)

    for place in range(fleet.places):
        begin(place)
    while playing:
        for arrival in fleet.receive():
            assert arrival.failed is None, arrival.failed
            number = playing[arrival.place]
            if "score" in arrival.info:
                turns += 1
                paid[number].append((arrival.reward, arrival.terminated, arrival.truncated))
                scores[number] = arrival.info["score"]
                if on_arrival is not None:
                    on_arrival(turns)
            if arrival.over:
                del playing[arrival.place]
                begin(arrival.place)
            else:
                fleet.send(arrival.place, chosen[number].turns[len(paid[number])])
    return [
        Played(*(tuple(column) for column in zip(*turns, strict=True)), score)  # type: ignore[arg-type]
        for turns, score in zip(paid, scores, strict=True)
    ]
