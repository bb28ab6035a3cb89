"""Blind reading: does somebody who sees only what a policy sees come to the recorded ending?

    python benchmarks/blind_reading.py show LOG.json 0 1 2         the tasks as a policy sees them
    python benchmarks/blind_reading.py say LOG.json TURNS.json     {"0": "<tool_call>…", "1": "…"}: a turn of each
    python benchmarks/blind_reading.py score LOG.json LOG.json     what came of it, once every task is over

The tasks are drawn from the frozen evaluation set, as many of each scenario, and known by number only. What was said is
kept in LOG.json, and an episode is played again from it each time, so a reading can be interrupted. Nothing of the
recorded endings is shown before ``score``.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym

from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import FtrlGymError
from ftrl_gym.reward import VerifiableReward
from ftrl_gym.suites.suite import SuiteTaskSet, scenario_of
from ftrl_gym.task import Task

TASKS, SEED = 200, 1


def drawn(suite: SuiteTaskSet, tasks: int, seed: int) -> list[str]:
    """Ids of some tasks: each scenario in turn gives one, and then they are shuffled."""
    rng = random.Random(f"blind/{seed}")
    waiting = [rng.sample(ids, len(ids)) for ids in suite.scenarios().values()]
    rng.shuffle(waiting)
    taken = [ids[turn] for turn in range(max(map(len, waiting))) for ids in waiting if turn < len(ids)][:tasks]
    rng.shuffle(taken)
    return taken


@dataclass(frozen=True)
class Played:
    """An episode as far as it went."""

    observation: str
    info: dict[str, Any]
    episode_return: float
    over: bool


class Reading:
    """The episodes of one reader.

    Args:
        suite: Where the tasks are from.
        ids: The tasks, by number.
        log: What was said, turn by turn; number -> turns.
    """

    def __init__(self, suite: SuiteTaskSet, ids: list[str], log: dict[str, list[str]]) -> None:
        self.suite, self.ids, self.log = suite, ids, log
        self._env: gym.Env[str, str] = VerifiableReward(ToolUseEnv(suite, docs="signature"))

    def played(self, number: str) -> Played:
        """What came of what was said in a task."""
        observation, info = self._env.reset(options={"task": self.ids[int(number)]})
        total, over = 0.0, False
        for turn in self.log.get(number, []):
            observation, reward, terminated, truncated, info = self._env.step(turn)
            total, over = total + float(reward), terminated or truncated
        return Played(observation, info, total, over)

    def task(self, number: str) -> Task:
        """The task, with its gold."""
        return self.suite.get(self.ids[int(number)])


def show(reading: Reading, numbers: list[str]) -> None:
    """Prints where the episodes of some tasks stand."""
    for number in numbers:
        print(f"\n######## TASK {number}\n{reading.played(number).observation}")


def say(reading: Reading, turns: dict[str, str]) -> None:
    """Plays one more turn of some tasks and prints the feedback."""
    for number, turn in turns.items():
        if reading.played(number).over:
            print(f"\n######## TASK {number} is over already")
            continue
        reading.log.setdefault(number, []).append(turn)
        now = reading.played(number)
        print(f"\n######## TASK {number}{': THE EPISODE IS OVER' if now.over else ''}\n{now.observation}")


def score(reading: Reading) -> tuple[int, int]:
    """Prints a line for each task that was read; returns (tasks, tasks that ended as recorded)."""
    right = 0
    for number in sorted(reading.log, key=int):
        now, task = reading.played(number), reading.task(number)
        agreed = now.over and now.info["score"]["outcome"] == 1
        right += agreed
        about = f"{number:>4} {scenario_of(task.id):<15} {task.kind.value:<19} {', '.join(task.features) or 'plain'}"
        ended = "agrees" if agreed else "DISAGREES" if now.over else "NOT OVER"
        print(f"{about}: {ended}, return {now.episode_return:.2f}")
        if not agreed:
            print(f"     gold {task.outcome.model_dump(mode='json')}\n     said {reading.log[number][-1][-200:]!r}")
    return len(reading.log), right


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("show", "say", "score"))
    parser.add_argument("log", type=Path, help="what this reader said so far; made with the first turn")
    parser.add_argument("rest", nargs="*", help="numbers of tasks; a file of turns; further logs")
    parser.add_argument("--tasks", type=int, default=TASKS, help="how many are drawn")
    parser.add_argument("--seed", type=int, default=SEED, help="of the draw")
    parser.add_argument("--folder", type=Path, help="a frozen set that is not the packaged one")
    arguments = parser.parse_args()
    try:
        suite = SuiteTaskSet(folder=arguments.folder)
    except FtrlGymError as error:
        sys.exit(f"blind_reading: {error}")
    ids = drawn(suite, arguments.tasks, arguments.seed)
    reading = Reading(suite, ids, _log(arguments.log))
    if arguments.command == "show":
        show(reading, [number for number in arguments.rest if _numbered(number, ids)])
    elif arguments.command == "say":
        if len(arguments.rest) != 1:
            sys.exit("say LOG.json TURNS.json, with a file of turns by number of task")
        turns: dict[str, str] = _json(Path(arguments.rest[0]))
        if not (isinstance(turns, dict) and all(isinstance(turn, str) for turn in turns.values())):
            sys.exit(f"{arguments.rest[0]} holds no object of texts by number of task")
        say(reading, {number: turn for number, turn in turns.items() if _numbered(number, ids)})
        draft = arguments.log.with_suffix(".draft")
        draft.write_text(json.dumps(reading.log, indent=0, ensure_ascii=False), encoding="utf-8")
        draft.replace(arguments.log)
    else:
        logs = [reading.log, *(_log(Path(place)) for place in arguments.rest)]
        found = [score(Reading(suite, ids, log)) for log in logs]
        tasks, right = (sum(each[place] for each in found) for place in (0, 1))
        print(f"{right} of {tasks} agree" if tasks else "nothing was said yet")


def _log(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = _json(path) if path.exists() else {}
    return found


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        sys.exit(f"{path} cannot be read: {error}")


def _numbered(number: str, ids: list[str]) -> bool:
    if not (number.isdecimal() and int(number) < len(ids)):
        sys.exit(f"there is no task {number!r}; they have the numbers 0 to {len(ids) - 1}")
    return True


if __name__ == "__main__":
    main()
