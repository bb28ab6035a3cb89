"""Every adapter pays what the bare environment pays: rewards, endings and final scores of 200 fixed episodes.

A later adapter is one entry of ``ADAPTERS``: how it plays scripts and, where its library cannot send every text as it
stands, in which form scripts reach the environment: the bare environment plays that form too.
"""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import adapter_episodes
import gymnasium as gym
import numpy as np
import pytest
import rllib_driving
from adapter_episodes import ID, Played, Script, has_user, one_call_a_turn, played_bare, scripts
from libraries import leave_out_without

from ftrl_gym.interop.numeric.view import NumericView
from ftrl_gym.toolcall import Dialect, parse
from ftrl_gym.vector import ToolUseVectorEnv


def _unchanged(script: Script) -> Script | None:
    return script


def _as_it_was(played: Played) -> Played:
    return played


@dataclass(frozen=True)
class Adapter:
    """One way into another library."""

    play: Callable[[Sequence[Script]], list[Played]]
    as_sent: Callable[[Script], Script | None] = _unchanged
    """A script as it reaches the environment; None for one that the library cannot play."""
    as_paid: Callable[[Played], Played] = _as_it_was
    """What of an episode the library shows."""
    needs: tuple[str, ...] = ()
    """Libraries without which it is left out, such as ``trl`` or ``trl>=1.16``."""
    marks: tuple[pytest.MarkDecorator, ...] = ()


def _vector(
    env: gym.vector.VectorEnv[tuple[str, ...], Sequence[str], object], chosen: Sequence[Script]
) -> list[Played]:
    """All episodes side by side; those that are over wait, in an environment that begins the next step by itself."""
    env.reset(options={"task": [script.task for script in chosen]})
    paid: list[list[tuple[float, bool, bool]]] = [[] for _ in chosen]
    scores: list[dict[str, float]] = [{} for _ in chosen]
    for number in range(max(len(script.turns) for script in chosen)):
        texts = [script.turns[number] if number < len(script.turns) else "waits" for script in chosen]
        _, rewards, terminated, truncated, infos = env.step(texts)
        for place, script in enumerate(chosen):
            if number < len(script.turns):
                paid[place].append((float(rewards[place]), bool(terminated[place]), bool(truncated[place])))  # type: ignore[index]
                scores[place] = {
                    name: column[place].item() for name, column in infos["score"].items() if not name.startswith("_")
                }
    return [
        Played(*(tuple(column) for column in zip(*turns, strict=True)), score)  # type: ignore[arg-type]
        for turns, score in zip(paid, scores, strict=True)
    ]


def _own_vector(chosen: Sequence[Script]) -> list[Played]:
    env = gym.make_vec(ID, num_envs=len(chosen), split="test")
    assert isinstance(env, ToolUseVectorEnv)
    return _vector(env, chosen)


def _wrapped(chosen: Sequence[Script]) -> list[Played]:
    env = gym.wrappers.RecordEpisodeStatistics(gym.wrappers.OrderEnforcing(gym.make(ID, split="test")))
    played = [adapter_episodes.play(env, script) for script in chosen]
    returns = [float(value) for value in env.return_queue]
    assert returns == pytest.approx([sum(one.rewards) for one in played][-len(returns) :])
    return played


def _mcp(chosen: Sequence[Script]) -> list[Played]:
    """Each call and each word is a request."""
    import mcp

    from ftrl_gym.interop.episodes import Episodes
    from ftrl_gym.interop.mcp import META, server

    env = gym.make(ID, split="test")

    async def played(script: Script) -> Played:
        steps = []
        async with mcp.Client(server(Episodes(env, script.task))) as client:
            for text in one_call_a_turn(script).turns:
                calls = parse(text, Dialect.HERMES).calls
                name, arguments = (calls[0].name, calls[0].arguments) if calls else ("say", {"text": text})
                steps.append(((await client.call_tool(name, arguments)).meta or {})[META])
        paid = [(step["reward"], step["terminated"], step["truncated"]) for step in steps]
        return Played(*zip(*paid, strict=True), steps[-1]["score"])

    return [asyncio.run(played(script)) for script in chosen]


def _openenv(chosen: Sequence[Script]) -> list[Played]:
    """One connection, one episode after the other."""
    import serving

    from ftrl_gym.interop import openenv
    from ftrl_gym.interop.episodes import Episodes

    async def played(address: str) -> list[Played]:
        found = []
        async with openenv.client(address) as client:
            for script in chosen:
                await client.reset(task=script.task)
                told = [(await client.step(text)).observation for text in script.turns]
                assert [one.done for one in told] == [one.terminated or one.truncated for one in told]
                paid = [(one.reward, one.terminated, one.truncated) for one in told]
                found.append(Played(*zip(*paid, strict=True), told[-1].score))
        return found

    app = openenv.create_app(Episodes(gym.make(ID, split="test")))
    with serving.listening(app, **openenv.UVICORN) as address:
        return asyncio.run(played(address))


def _trl(chosen: Sequence[Script]) -> list[Played]:
    """Each turn a message of the model; TRL leads the conversation, and pays its whole."""
    from trl_driving import save_tiny_model, spec_of, told, trainer_of

    from ftrl_gym.interop.conversations import replayed

    spec, env = spec_of(chosen), gym.make(ID, split="test")
    rows = {row["task"]: row for row in spec.train_dataset}
    found = []
    with tempfile.TemporaryDirectory() as folder:
        trainer = trainer_of(save_tiny_model(Path(folder) / "model"), spec, Path(folder))
        for script in chosen:
            messages, reward = told(trainer, rows[script.task], script.turns)
            total, score = replayed(env, script.task, messages)
            assert reward == pytest.approx(total, abs=1e-6), "TRL's float32 of the same"
            found.append(Played((total,), (), (), score))
    return found


def _verifiers(chosen: Sequence[Script]) -> list[Played]:
    """Each turn a message of the model, with its calls as such where it has any that an endpoint could have read."""
    from verifiers_driving import Model, total

    with tempfile.TemporaryDirectory() as folder, Model.of_plugin(Path(folder), f"{ID!r}, split='test'") as model:
        found = []
        for script in chosen:
            (trace,) = model.told(script.task, script.turns).traces
            found.append(Played((total(trace),), (), (), trace.metrics))
        return found


def _verifiers_v0(chosen: Sequence[Script]) -> list[Played]:
    """As its successor."""
    from verifiers_driving import as_answer, rollout_v0

    from ftrl_gym.interop.verifiers_v0 import load_environment

    env, found = load_environment(ID, sorted({script.task for script in chosen}), split="test"), []
    for script in chosen:
        output, _ = rollout_v0(env, script.task, list(map(as_answer, script.turns)))
        assert output["error"] is None
        found.append(Played((output["reward"],), (), (), {name: output["metrics"][name] for name in LOGGED_V0}))
    return found


def _logged_by_v0(played: Played) -> Played:
    return Played((sum(played.rewards),), (), (), {name: played.score[name] for name in LOGGED_V0})


LOGGED_V0 = ("outcome", "f1", "precision", "recall", "calls", "invalid", "waste")


def _verl(chosen: Sequence[Script]) -> list[Played]:
    """Each turn as the tokens of a server that samples it."""
    from verl_driving import Server, played, row_of, tokenizer

    words, found = tokenizer(), []
    for script in chosen:
        output = played(Server(words, script.turns), row_of(ID, script.task))
        info = output.extra_fields["reward_extra_info"]
        found.append(Played((output.reward_score,), (), (), info))
    return found


def _logged_by_verl(played: Played) -> Played:
    return Played(
        (sum(played.rewards),), (), (), {n: played.score[n] for n in ("outcome", "f1", "precision", "recall")}
    )


def _read_by_trl(script: Script) -> Script | None:
    """Until the first message without a call that can be read, with which TRL ends; nobody answers such a one."""
    if has_user(script):
        return None
    for number, text in enumerate(script.turns):
        calls = parse(text, Dialect.HERMES).calls
        if not calls or any(call.problem is not None for call in calls):
            return Script(script.task, script.turns[: number + 1])
    return script


def _in_whole(played: Played) -> Played:
    return Played((sum(played.rewards),), (), (), played.score)


def _ray(chosen: Sequence[Script]) -> list[Played]:
    """In two actors, each episode in the next place that is free."""
    from fleet_playing import one_node, played_by

    from ftrl_gym.interop.ray import Fleet

    with one_node(), Fleet(ID, actors=2, episodes=8, num_cpus=0.5, split="test") as fleet:
        return played_by(fleet, chosen)


def _torchrl(chosen: Sequence[Script]) -> list[Played]:
    """Texts beside tensors."""
    from ftrl_gym.interop.torchrl import torchrl_env

    env = torchrl_env(ID, split="test")

    def played(script: Script) -> Played:
        now, paid = env.reset(options={"task": script.task}), []
        for text in script.turns:
            now = env.step(now.set("action", text))["next"]
            paid.append((now["reward"].item(), now["terminated"].item(), now["truncated"].item()))
        return Played(*zip(*paid, strict=True), now["info"]["score"])

    return [played(script) for script in chosen]


def _in_float32(played: Played) -> Played:
    return dataclasses.replace(played, rewards=tuple(float(np.float32(reward)) for reward in played.rewards))


def _numeric(chosen: Sequence[Script]) -> list[Played]:
    """By numbers: each text is listed under one."""
    view = _view()
    played = []
    for script in map(_by_number, chosen):
        view.reset(options={"task": script.task})
        paid: list[tuple[float, bool, bool]] = []
        info: dict[str, Any] = {}
        for text in script.turns:
            number = next(action for action in range(2 * _LISTED) if view.text(action) == text)
            _, reward, terminated, truncated, info = view.step(number)
            paid.append((float(reward), terminated, truncated))
        played.append(Played(*zip(*paid, strict=True), info["score"]))
    return played


def _rllib(chosen: Sequence[Script]) -> list[Played]:
    """In RLlib's sampling, by numbers."""
    view = NumericView(gym.make(ID, split="test"), calls=_LISTED, endings=_LISTED)
    return rllib_driving.obeyed(view, list(map(_by_number, chosen)))


_LISTED = 100


@functools.cache
def _view() -> NumericView:
    return NumericView(gym.make(ID, split="test"), calls=_LISTED, endings=_LISTED)


@functools.cache
def _by_number(script: Script) -> Script:
    """What comes nearest to a script in a view: its turns as far as they are listed, and others that are listed."""
    view = _view()
    view.reset(options={"task": script.task})
    turns: list[str] = []
    wanted, over = list(one_call_a_turn(script).turns), False
    while not over:
        texts = {view.text(action): action for action in reversed(range(2 * _LISTED))}
        text = wanted.pop(0) if wanted else ""
        if text not in texts:
            text = list(texts)[len(turns) % 7]
        turns.append(text)
        over = any(view.step(texts[text])[2:4])
    return Script(script.task, tuple(turns))


ADAPTERS: dict[str, Adapter] = {
    "vector": Adapter(_own_vector),
    "wrappers": Adapter(_wrapped),
    "mcp": Adapter(_mcp, as_sent=one_call_a_turn, needs=("mcp>=2.3",)),
    "openenv": Adapter(_openenv, needs=("openenv",)),
    "verifiers": Adapter(
        _verifiers,
        as_paid=_in_whole,
        needs=("verifiers>=0.4",),
        marks=(pytest.mark.slow, pytest.mark.timeout(1200), pytest.mark.filterwarnings("ignore")),
    ),
    "verifiers_v0": Adapter(
        _verifiers_v0,
        as_paid=_logged_by_v0,
        needs=("verifiers>=0.3,<0.4",),
        marks=(pytest.mark.slow, pytest.mark.timeout(1200), pytest.mark.filterwarnings("ignore")),
    ),
    "verl": Adapter(
        _verl, as_paid=_logged_by_verl, needs=("verl",), marks=(pytest.mark.slow, pytest.mark.filterwarnings("ignore"))
    ),
    "numeric": Adapter(_numeric, as_sent=_by_number),
    "rllib": Adapter(
        _rllib, as_sent=_by_number, needs=rllib_driving.NEEDS, marks=(pytest.mark.filterwarnings("ignore"),)
    ),
    "trl": Adapter(_trl, as_sent=_read_by_trl, as_paid=_in_whole, needs=("trl", "datasets")),
    "ray": Adapter(_ray, needs=("ray",)),
    "torchrl": Adapter(_torchrl, as_paid=_in_float32, needs=("torchrl",)),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what other libraries find old
@pytest.mark.parametrize("name", [pytest.param(name, marks=one.marks, id=name) for name, one in ADAPTERS.items()])
def test_an_adapter_pays_what_the_environment_pays(name: str) -> None:
    adapter = ADAPTERS[name]
    for library in adapter.needs:
        leave_out_without(library)
    sent = {script: form for script in scripts() if (form := adapter.as_sent(script)) is not None}
    assert len(sent) > 100, "an adapter that leaves out most of the list is tested by little"
    expected = map(adapter.as_paid, played_bare(list(sent.values())))
    assert adapter.play(list(sent)) == list(expected)


def test_the_list_is_varied() -> None:
    chosen = scripts()
    assert len(chosen) == adapter_episodes.COUNT
    played = played_bare(chosen)
    returns = [sum(one.rewards) for one in played]
    assert sum(value > 0.999 for value in returns) > 20 and sum(value < 0.001 for value in returns) > 20
    assert sum(0.001 < value < 0.999 for value in returns) > 40
    assert sum(one.truncated[-1] for one in played) > 10 and sum(one.terminated[-1] for one in played) > 100
    assert sum(any(text.count("<tool_call>") > 1 for text in script.turns) for script in chosen) > 30
    assert sum(len(script.turns) > 4 for script in chosen) > 50 and sum(map(adapter_episodes.has_user, chosen)) > 20
