"""How fast things are, in CPU time of one core.

    python benchmarks/speed.py env        one step with one call, from parsing to reward, as gym.make returns it
    python benchmarks/speed.py vector     256 episodes side by side, as gym.make_vec returns them
    python benchmarks/speed.py mcp        calls over MCP's stdio, beside a tool of the SDK that does nothing
    python benchmarks/speed.py openenv    steps over an OpenEnv server's sessions, beside one of its own that echoes
    python benchmarks/speed.py learner    whole training steps beside TRL's, three sizes of models
    python benchmarks/speed.py construct  making tasks with their whole proof, and without it, and where the time goes
    python benchmarks/speed.py sandbox    calls of foreign tools, beside the released loop, which protects nothing

Figures are medians over repetitions, since a shared machine is noisy; times on the wall are not printed for the same
reason, but for mcp, where a ratio counts, for openenv, where two processes share the work, and on a card (`learner
--device cuda`), where they are the only ones. Resets are measured apart: an episode has one of them and several steps.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import construction_speed
import gymnasium as gym
import mcp_speed
import openenv_speed
import sandbox_speed
import vector_speed

import ftrl_gym
from ftrl_gym.construct import scenarios
from ftrl_gym.construct.certify import Depth
from ftrl_gym.env import ToolUseEnv
from ftrl_gym.errors import FtrlGymError
from ftrl_gym.policies import plan_text

TARGET = 20_000
"""Steps a second of CPU time that the environment promises."""


REPEATS = 20
"""How often a turn is played from its snapshot; the rate is taken over these, so caches are warm."""


def measure_env(env_id: str, tasks: int, repetitions: int) -> None:
    """Plays the one-call turns of certified plans and prints steps a second of CPU time."""
    env = gym.make(env_id, split="test")
    base = env.unwrapped
    assert isinstance(base, ToolUseEnv)
    ids = base.taskset.ids()[:tasks]
    warm, cold, resets, calls = [], [], [], 0
    for _ in range(repetitions + 1):
        first, again, resetting, calls = 0, 0, 0, 0
        for task_id in ids:
            start = time.process_time_ns()
            env.reset(options={"task": task_id})
            resetting += time.process_time_ns() - start
            for turn in base.task.plans[0].turns:
                text = plan_text(turn)
                if len(turn.calls) != 1:
                    env.step(text)
                    continue
                saved = base.snapshot()
                start = time.process_time_ns()
                env.step(text)
                first += time.process_time_ns() - start
                for _ in range(REPEATS):
                    base.restore(saved)
                    start = time.process_time_ns()
                    env.step(text)
                    again += time.process_time_ns() - start
                calls += 1
        warm.append(calls * REPEATS / again * 1e9)
        cold.append(calls / first * 1e9)
        resets.append(len(ids) / resetting * 1e9)
    rate = statistics.median(warm[1:])  # the first repetition compiles schemas
    print(f"{env_id}: {calls} turns with one call, {REPEATS} times each, {len(ids)} tasks, {repetitions} repetitions")
    print(
        f"  step   {rate:10,.0f} a CPU-second (min {min(warm[1:]):,.0f}, max {max(warm[1:]):,.0f}), {1e6 / rate:.1f} us"
    )
    print(f"  once   {statistics.median(cold[1:]):10,.0f} a CPU-second, each turn a single time after other work")
    print(f"  reset  {statistics.median(resets[1:]):10,.0f} a CPU-second")
    verdict = "kept" if rate >= TARGET else "NOT kept on this machine now"
    print(f"  promised are {TARGET:,} steps a CPU-second: {verdict}")


def measure_learner(chosen: argparse.Namespace) -> None:
    """Runs the comparisons asked for, prints each, and writes all of them if that is wished."""
    import learner_speed
    import torch
    from learner_shapes import Size

    torch.set_num_threads(1)
    for size in map(Size, chosen.size or list(Size)):
        for docs in chosen.docs or ["signature", "json"]:
            tasks = chosen.tasks or learner_speed.TASKS[size]
            found = learner_speed.compare(
                chosen.id, size, docs, tasks, chosen.repeats, chosen.device, not chosen.without_trl
            )
            print(learner_speed.told(found), flush=True)
            if chosen.write:
                learner_speed.keep([found], chosen.write, chosen.machine)
    if chosen.device != "cpu" or chosen.large:
        import learner_device

        for shape in chosen.large or list(learner_device.LARGE):
            report = learner_device.measure(learner_device.LARGE[shape], shape, chosen.device)
            print(learner_device.told(report), flush=True)
            if chosen.write:
                learner_device.keep(report, chosen.write)


def measure_construct(names: Sequence[str], tasks: int) -> None:
    """Makes tasks of each scenario, fully certified and quickly, and prints tasks a second of CPU time."""
    for name in names:
        for depth in Depth:
            print(construction_speed.measure(name, depth.value, tasks), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    ftrl_gym.register_all()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="what", required=True)
    env = commands.add_parser("env", help="one step with one call")
    env.add_argument("--id", default="ftrl/TravelBooking-v0", help="env id")
    env.add_argument("--tasks", type=_count, default=400, help="how many test tasks")
    env.add_argument("--repetitions", type=_count, default=7, help="how many times, after one to warm up")
    vector = commands.add_parser("vector", help="many episodes side by side")
    vector.add_argument("--id", default="ftrl/TravelBooking-v0", help="env id")
    vector.add_argument("--episodes", type=_count, default=256, help="how many at once")
    vector.add_argument("--tasks", type=_count, default=256, help="of how many test tasks")
    vector.add_argument("--repetitions", type=_count, default=7, help="how many times, after one to warm up")
    protocol = commands.add_parser("mcp", help="calls over MCP's stdio")
    protocol.add_argument("--id", default="ftrl/TravelBooking-v0", help="env id")
    protocol.add_argument("--calls", type=_count, default=300, help="how many in a round")
    protocol.add_argument("--rounds", type=_count, default=9, help="how many rounds, after one to warm up")
    sessions = commands.add_parser("openenv", help="steps over the sessions of an OpenEnv server")
    sessions.add_argument("--id", default="ftrl/TravelBooking-v0", help="env id")
    sessions.add_argument("--steps", type=_count, default=250, help="how many in each session and round")
    sessions.add_argument("--rounds", type=_count, default=9, help="how many rounds, after one to warm up")
    learner = commands.add_parser("learner", help="whole training steps beside TRL's")
    learner.add_argument("--id", default="ftrl/TravelBooking-v0", help="env id")
    learner.add_argument("--size", action="append", choices=["0.5M", "6M", "30M"], help="may be repeated; default: all")
    learner.add_argument(
        "--docs", action="append", choices=["signature", "json"], help="may be repeated; default: both"
    )
    learner.add_argument("--tasks", type=_count, help="how many train tasks, 8 episodes each; default: by size")
    learner.add_argument("--repeats", type=_count, default=3, help="steps that count, after one to warm up")
    learner.add_argument("--device", default="cpu", help="of torch; on a card, large models are measured, too")
    learner.add_argument(
        "--large", action="append", choices=["tiny", "qwen3-0.6b", "qwen3-8b"], help="of these, also without a card"
    )
    learner.add_argument("--without-trl", action="store_true", help="our side only")
    learner.add_argument("--write", type=Path, metavar="DIR", help="keep the figures there: benchmarks/results")
    learner.add_argument("--machine", default="this machine", help="what it is called there")
    construct = commands.add_parser("construct", help="making and certifying tasks")
    construct.add_argument("--scenario", action="append", help="name of a scenario, may be repeated; default: all")
    construct.add_argument("--tasks", type=_count, default=120, help="how many of each scenario, for each depth")
    sandbox = commands.add_parser("sandbox", help="calls of foreign tools")
    sandbox.add_argument("--rounds", type=_count, default=15, help="how many rounds, after one to warm up")
    sandbox.add_argument("--repeats", type=_count, default=20, help="how often a round plays its 16 calls")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.what == "env":
            measure_env(chosen.id, chosen.tasks, chosen.repetitions)
        elif chosen.what == "vector":
            vector_speed.measure(chosen.id, chosen.episodes, chosen.tasks, chosen.repetitions)
        elif chosen.what == "mcp":
            mcp_speed.measure(chosen.id, chosen.calls, chosen.rounds)
        elif chosen.what == "openenv":
            openenv_speed.measure(chosen.id, chosen.steps, chosen.rounds)
        elif chosen.what == "construct":
            measure_construct(chosen.scenario or scenarios.names(), chosen.tasks)
        elif chosen.what == "sandbox":
            sandbox_speed.measure(chosen.rounds, chosen.repeats)
        else:
            measure_learner(chosen)
    except (FtrlGymError, gym.error.Error) as error:
        print(f"speed: {error}", file=sys.stderr)
        return 2
    return 0


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r:.80} is not a whole number of at least 1")
    return int(text)


if __name__ == "__main__":
    raise SystemExit(main())
