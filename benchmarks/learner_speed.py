"""Whole training steps side by side: ours, and TRL's ``GRPOTrainer`` with environments.

Both sides have the same random weights, the same tokenizer, the same tasks of the same environment, as many episodes
in flight, the same temperature, one optimizer step of AdamW a batch, float32, and one thread. They play the same
episodes, token by token (:mod:`learner_scripts`); how TRL is set is said in :mod:`learner_trl`. Steps of the two
alternate in one process, so that both meet the same machine; the first of each warms up and is not counted, and each
figure is the median of the others. Time is CPU time of the whole process, or time on the wall on an accelerator.

Tokens a second of the rollout are tokens that the policy wrote. TRL's rollout is decoding turn by turn with
left-padded ``generate``; what of it ``generate`` alone took is said apart, and it is this that our whole rollout,
templates and tools included, has to beat.
"""

from __future__ import annotations

import copy
import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym
import torch
from learner_ours import Cost, OurSide
from learner_scripts import GROUP, Scripts, prompts_of, recorded
from learner_shapes import SHAPES, Size, arithmetic, clock_of, measured_rate, random_model

from ftrl_agents.base_model import Base, load_base

TASKS = {Size.HALF: 8, Size.SIX: 4, Size.THIRTY: 2}
"""Of a step, unless said otherwise: as many as keep a comparison within minutes."""
WHOLE = {"signature": 2.0, "json": 3.0}
"""How many times as many episodes a second as TRL are promised."""
WHOLE_THIRTY = 1.5
ROLLOUT = 2.5
"""How many times as many tokens a second as left-padded ``generate``."""


@dataclass(frozen=True)
class Comparison:
    """Medians over the repetitions of one size with one kind of documents; seconds of a step."""

    size: str
    docs: str
    parameters: int
    episodes: int
    tokens: int
    """Of all episodes, prompts counted with each."""
    own_tokens: int
    ours: Cost
    trl: Cost | None
    floor_rollout: float
    """Seconds of the matrix arithmetic at the measured rate."""
    floor_update: float
    gflops: float

    @property
    def whole(self) -> float:
        """Episodes a second, ours by TRL's."""
        return self.trl.whole / self.ours.whole if self.trl else float("nan")

    @property
    def rollout(self) -> float:
        """Own tokens a second of our whole rollout, by those of ``generate`` alone."""
        return self.trl.generate / self.ours.rollout if self.trl else float("nan")

    @property
    def promised(self) -> float:
        """What :attr:`whole` should be."""
        return WHOLE_THIRTY if self.size == Size.THIRTY else WHOLE[self.docs]


def environment_of(env_id: str, docs: str) -> Callable[[], gym.Env[str, str]]:
    """Makes environments with plain look-ups; turns enough that a turn may come in several parts."""

    def make() -> gym.Env[str, str]:
        return gym.make(env_id, docs=docs, features=[], difficulty=0.25, max_turns=64, disable_env_checker=True)

    return make


def compare(env_id: str, size: Size, docs: str, tasks: int, repeats: int, device: str, with_trl: bool) -> Comparison:
    """Runs both sides.

    Args:
        env_id: Whose train tasks are played.
        size: Of the model.
        docs: How tools are shown, "signature" or "json".
        tasks: How many, ``GROUP`` episodes each.
        repeats: Steps that count.
        device: "cpu", or an accelerator of torch.
        with_trl: Whether to run TRL, too.
    """
    clock = clock_of(device)
    base = load_base()
    scripts = _scripts(base, env_id, docs, tasks)
    ours_model = random_model(SHAPES[size], base.tokenizer).to(device)
    parameters = int(ours_model.num_parameters())
    make = environment_of(env_id, docs)
    trl_model = copy.deepcopy(ours_model)
    ours = OurSide(ours_model, base.tokenizer, make, scripts, docs, clock)
    mine: list[Cost] = []

    def step() -> None:
        mine.append(ours.step())

    theirs: list[Cost] = []
    if with_trl:
        from learner_trl import TrlSide

        trl = TrlSide(trl_model, base.tokenizer, make, scripts, clock, on_cpu=device == "cpu")
        theirs = trl.run(repeats + 1, between=step)
    else:
        for _ in range(repeats + 1):
            step()
    rate = measured_rate(clock, device, torch.float32)
    prompts, tails = scripts.lengths()
    needed = arithmetic(ours_model.config, prompts, tails, scripts.own_tokens, GROUP)
    return Comparison(
        size=size.value,
        docs=docs,
        parameters=parameters,
        episodes=len(tails),
        tokens=sum(tails) + GROUP * sum(prompts),
        own_tokens=scripts.own_tokens,
        ours=_median(mine[1:]),
        trl=_median(theirs[1:]) if theirs else None,
        floor_rollout=needed.rollout / rate,
        floor_update=needed.update / rate,
        gflops=rate / 1e9,
    )


def told(one: Comparison) -> str:
    """A comparison in lines for people."""
    lines = [
        f"{one.size} parameters ({one.parameters:,}), {one.docs} documents: {one.episodes} episodes in flight, "
        f"{one.tokens:,} tokens, {one.own_tokens:,} of them sampled"
    ]
    for name, cost in (("ours", one.ours), ("TRL", one.trl)):
        if cost is not None:
            lines.append(
                f"  {name:<5} {one.episodes / cost.whole:8.2f} episodes/s   rollout {cost.rollout:7.2f} s "
                f"({cost.rollout / cost.whole:4.0%}; {one.own_tokens / cost.rollout:8,.0f} tokens/s, sampler alone "
                f"{cost.generate:7.2f} s)   update {cost.update:7.2f} s ({cost.update / cost.whole:4.0%})"
            )
    lines.append(
        f"  floor {one.episodes / (one.floor_rollout + one.floor_update):8.2f} episodes/s   rollout "
        f"{one.floor_rollout:7.2f} s   update {one.floor_update:7.2f} s   (matrix products at {one.gflops:.0f} GFLOP/s)"
    )
    if one.trl is not None:
        lines.append(
            f"  ours / TRL: whole step {one.whole:.2f} (promised {one.promised}), update "
            f"{one.trl.update / one.ours.update:.2f}, rollout {one.trl.rollout / one.ours.rollout:.2f}; our rollout / "
            f"generate alone {one.rollout:.2f} (promised {ROLLOUT})"
        )
    return "\n".join(lines)


def keep(found: Sequence[Comparison], out: Path, machine: str) -> None:
    """Writes ``learner_speed.json`` and a table of it, ``learner_speed.md``; rows that are there and new stay.

    Raises:
        OSError: The folder cannot be written to.
    """
    path = out / "learner_speed.json"
    rows: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for one in found:
        # NamedTuples become lists in JSON; their names say more.
        row = asdict(one) | {"ours": one.ours._asdict(), "trl": one.trl._asdict() if one.trl else None}
        rows[f"{one.size} {one.docs} {machine}"] = row | {"machine": machine}
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    everything = [_read(row) for row in rows.values()]
    (out / "learner_speed.md").write_text(table(everything), encoding="utf-8")


def table(everything: Sequence[tuple[Comparison, str]]) -> str:
    """All comparisons as markdown."""
    lines = [
        "# Training steps: ours and TRL's",
        "",
        "Written by `python benchmarks/speed.py learner --write benchmarks/results`. What is compared, and how, says",
        "the docstring of `benchmarks/learner_speed.py`; how TRL 1.16 is set, that of `benchmarks/learner_trl.py`.",
        "Seconds are those of one step: CPU time on a CPU, time on the wall on a card.",
        "",
        "| machine | model | documents | episodes | tokens (sampled) | side | episodes/s | rollout s (share) | "
        "of it sampler | sampled tokens/s | update s (share) |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one, machine in everything:
        head = f"| {machine} | {one.size} | {one.docs} | {one.episodes} | {one.tokens:,} ({one.own_tokens:,}) |"
        for name, cost in (("ours", one.ours), ("TRL", one.trl)):
            if cost is not None:
                lines.append(
                    f"{head} {name} | {one.episodes / cost.whole:.2f} | {cost.rollout:.2f} "
                    f"({cost.rollout / cost.whole:.0%}) | {cost.generate:.2f} | {one.own_tokens / cost.rollout:,.0f} | "
                    f"{cost.update:.2f} ({cost.update / cost.whole:.0%}) |"
                )
        lines.append(
            f"{head} floor | {one.episodes / (one.floor_rollout + one.floor_update):.2f} | {one.floor_rollout:.2f} | | "
            f"{one.own_tokens / one.floor_rollout:,.0f} | {one.floor_update:.2f} |"
        )
    lines += [
        "",
        "The floor is the matrix arithmetic that a step cannot do without (each prompt once for its group, logits at",
        "sampled tokens only, three forward passes' worth for an update), at the rate of a large product of matrices",
        "measured in the same run.",
        "",
        "| machine | model | documents | whole step, ours / TRL | promised | update | our rollout / `generate` alone "
        "| promised |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one, machine in everything:
        if one.trl is not None:
            lines.append(
                f"| {machine} | {one.size} | {one.docs} | {one.whole:.2f} | {one.promised} | "
                f"{one.trl.update / one.ours.update:.2f} | {one.rollout:.2f} | {ROLLOUT} |"
            )
    return "\n".join([*lines, ""])


def _scripts(base: Base, env_id: str, docs: str, tasks: int) -> Scripts:
    episodes = recorded(base, environment_of(env_id, "signature"), tasks)
    names = list(dict.fromkeys(episode.task for episode in episodes))
    return Scripts(prompts_of(environment_of(env_id, docs), base.tokenizer, names, docs), episodes)


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(*(statistics.median(column) for column in zip(*costs, strict=True)))


def _read(row: dict[str, Any]) -> tuple[Comparison, str]:
    fields = {name: value for name, value in row.items() if name != "machine"}
    trl = fields["trl"]
    return Comparison(**fields | {"ours": Cost(**fields["ours"]), "trl": Cost(**trl) if trl else None}), row["machine"]
