"""What a sandboxed call costs in CPU time, of this process and of its workers together.

Own time is that of all threads of this process (``time.process_time_ns``). A worker's is what the kernel has counted
for each thread of each child process (``/proc/<pid>/task/*/schedstat``, nanoseconds). Each figure is the median over
rounds; rounds of the different ways alternate, so that all of them meet the same machine.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ftrl_gym.sandbox import SandboxLimits, SandboxToolbox
from ftrl_gym.sandbox.running import ForeignCall, ForeignTool, run_alone

BATCH = 16
"""Calls of one turn."""
SINGLE_US, BATCH_US = 150, 25
"""CPU microseconds that a call may take by itself, and in a batch."""

_CASES = "\n".join(
    f'''    if station == "{name}":
        departures = {[f"{6 + place + hour:02d}:{7 * place:02d}" for hour in range(4)]}
        platform = {place + 1}
        lines = {{"slow": "{name[:2].upper()}{place}", "fast": "{name[:2].upper()}{place}x"}}
'''
    for place, name in enumerate(("Harbour", "Old Mill", "Castle Hill", "Lakeside"))
)
SOURCE = f'''import math


def _minutes(clock):
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


def next_departure(station, after="08:00", fast=False, passengers=1):
    """The next train from a station.

    Args:
        station: Its name.
        after: Not before this time.
        fast: Whether only fast trains count.
        passengers: How many travel.
    """
    if not isinstance(station, str) or not station.strip():
        return {{"error": "station is the name of a station"}}
    if not isinstance(passengers, int) or passengers < 1:
        return {{"error": "passengers is a whole number of at least 1"}}
    departures, platform, lines = [], 0, {{}}
{_CASES}
    if not departures:
        return {{"error": "no station is called " + station}}
    later = [clock for clock in departures if _minutes(clock) >= _minutes(after)]
    if not later:
        return {{"error": "no train leaves after " + after}}
    return {{"station": station, "time": later[0], "platform": platform, "line": lines["fast" if fast else "slow"],
            "cars": math.ceil(passengers / 40)}}
'''
"""A tool as language models write them, of the median length in FTRL's data (42 lines)."""


def measure(rounds: int, repeats: int) -> None:
    """Prints microseconds of CPU time a call, for each way of running the same calls."""
    calls = [_arguments(number) for number in range(BATCH)]
    box = SandboxToolbox({"next_departure": SOURCE})
    assert box.run_batch([("next_departure", call) for call in calls]) == [_released(call) for call in calls]

    def single() -> None:
        for call in calls:
            box.run("next_departure", call, None)

    def batch() -> None:
        box.run_batch([("next_departure", call) for call in calls])

    tool = ForeignTool("next_departure", SOURCE)

    def alone() -> None:
        for call in calls:
            run_alone(ForeignCall(tool, call), SandboxLimits())

    def released() -> None:
        for call in calls:
            _released(call)

    ways: dict[str, Callable[[], None]] = {"single": single, "batch": batch, "alone": alone, "released": released}
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            used = _cpu_us(way, repeats)
            if number:  # the first round starts workers and defines tools
                spent[name].append((used[0] / BATCH, used[1] / BATCH))
    middle = {name: statistics.median(own + worker for own, worker in found) for name, found in spent.items()}
    lines = SOURCE.count("\n")
    print(f"a tool of {lines} lines, {BATCH} calls with different arguments, {repeats} times, {rounds} rounds")
    print("CPU us a call            own   worker   together   least")
    for name, found in spent.items():
        own, worker = (statistics.median(column) for column in zip(*found, strict=True))
        least = min(sum(pair) for pair in found)
        print(f"  {_TITLES[name]:<18} {own:8.1f} {worker:8.1f} {middle[name]:10.1f} {least:7.1f}")
    for name, promised in (("single", SINGLE_US), ("batch", BATCH_US)):
        verdict = "kept" if middle[name] <= promised else "NOT kept on this machine now"
        share = middle[name] / middle["released"]
        print(f"  promised for {_TITLES[name]}: {promised} us, {verdict}; {share:.2f} of the released loop's")


_TITLES = {
    "single": "one at a time",
    "batch": f"batch of {BATCH}",
    "alone": "with its own state",
    "released": "released loop",
}


def _arguments(number: int) -> dict[str, Any]:
    station = ("Harbour", "Old Mill", "Castle Hill", "Lakeside")[number % 4]
    return {"station": station, "after": f"{6 + number % 3:02d}:00", "passengers": 1 + number}


def _released(arguments: dict[str, Any]) -> Any:
    """As the published code does it: a thread for each call, which executes the source and calls the function."""
    found: list[Any] = []

    def run() -> None:
        names: dict[str, Any] = {}
        exec(SOURCE, names)  # this file's own source
        found.append(names["next_departure"](**arguments))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def _cpu_us(way: Callable[[], None], repeats: int) -> tuple[float, float]:
    workers, own = _workers_ns(), time.process_time_ns()
    for _ in range(repeats):
        way()
    own = time.process_time_ns() - own
    workers = _workers_ns() - workers
    return own / repeats / 1e3, workers / repeats / 1e3


def _workers_ns() -> int:
    return sum(
        int(file.read_text().split()[0])
        for child in _children()
        for file in Path(f"/proc/{child}/task").glob("*/schedstat")
    )


def _children() -> Sequence[str]:
    return [child for file in Path("/proc/self/task").glob("*/children") for child in file.read_text().split()]
