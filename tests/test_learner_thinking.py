"""What later turns see of a turn's reasoning: contexts, budgets, and log-probabilities of what was sampled in them."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
import pytest
import torch
from learner_toy import LetterEnv, make_model, make_tokenizer
from rich.console import Console
from torch import Tensor
from transformers import PreTrainedTokenizerBase, Qwen3ForCausalLM

from ftrl_agents import model_engine
from ftrl_agents.chat import Chat
from ftrl_agents.config import (
    Credit,
    EnvConfig,
    EvaluationConfig,
    RolloutConfig,
    Surrogate,
    Thinking,
    TrainConfig,
    UpdateConfig,
)
from ftrl_agents.episode import End, Episode
from ftrl_agents.learner import Learner, UpdateStats
from ftrl_agents.lessons import Lesson, parts
from ftrl_agents.policy import Policy
from ftrl_agents.rollout import collect
from ftrl_agents.sampler import Sampler
from ftrl_agents.scorer import Scorer
from ftrl_agents.thinking import Tags, said, said_tokens
from ftrl_agents.train import train
from ftrl_agents.writer import Request, Written
from ftrl_gym.errors import UsageError
from ftrl_gym.toolcall import without_reasoning

TOKENIZER = make_tokenizer()
TASKS = [(LetterEnv, turns) for turns in ("4", "1", "6", "3")]
HEADER = "{%- if add_generation_prompt %}{{ start('assistant') }}"
OPENS = TOKENIZER.chat_template.replace(HEADER, HEADER + "{{ '<think>\n' }}")
"""Opens a block for each turn that is to be written, as QwQ's template does."""
SAID = "{{- message.content or '' -}}"
MARKS_THE_PAST = TOKENIZER.chat_template.replace(SAID, "{{- '<think></think>\n' + (message.content or '') -}}")
"""Writes an empty block where there was one, as GLM's does."""
KNOWS_REASONING = TOKENIZER.chat_template.replace(
    SAID, "{{- ('[THINK]' + message.reasoning_content + '[/THINK]') if message.reasoning_content -}}" + SAID
)
OPENS_SOME = TOKENIZER.chat_template.replace(HEADER, HEADER + "{{ '<think>' if messages[-1].role == 'user' }}")
assert len({TOKENIZER.chat_template, OPENS, MARKS_THE_PAST, KNOWS_REASONING, OPENS_SOME}) == 5


def tokenizer_with(template: str) -> PreTrainedTokenizerBase:
    found = copy.deepcopy(TOKENIZER)
    found.chat_template = template
    return found


class Talker(Sampler):
    """Draws letters, line breaks and ends of turns, whatever the model says of them."""

    words = (*"abc", "Ċ", "<|im_end|>")

    def choose(self, logprobs: Tensor, uniforms: npt.NDArray[np.float64]) -> Tensor:
        ids = TOKENIZER.convert_tokens_to_ids(list(self.words))
        return torch.tensor(ids)[torch.as_tensor(uniforms * len(ids)).long()]


class Thinker(Talker):
    """Draws tags of reasoning, too."""

    words = ("<think>", "</think>", *"ab", "Ċ", "a", "<|im_end|>")


def play(tokenizer: PreTrainedTokenizerBase = TOKENIZER, **changes: object) -> list[Episode]:
    settings: dict[str, object] = {
        "temperature": 0.8, "seed": 3, "group_size": 3, "max_turn_tokens": 14, "thinking": Thinking.STRIP,
        "sampler": Thinker,
    }  # fmt: skip
    model = changes.pop("model", None) or make_model(TOKENIZER)
    return collect(model, tokenizer, TASKS, **(settings | changes))  # type: ignore[arg-type]


def full_logprobs(ids: Sequence[int]) -> Tensor:
    with torch.no_grad():
        logits = make_model(TOKENIZER)(torch.tensor([list(ids)])).logits[0, :-1].double()
    return torch.log_softmax(logits / 0.8, -1).gather(1, torch.tensor(ids)[1:, None])[:, 0]


def own_logprobs(episode: Episode) -> Tensor:
    """Those of a plain forward pass over each sequence of an episode."""
    found = [full_logprobs(one.ids)[torch.tensor(one.own)[1:]] for one in episode.sequences]
    return torch.cat(found)


@pytest.mark.parametrize("template", [TOKENIZER.chat_template, OPENS, MARKS_THE_PAST], ids=["plain", "opens", "marks"])
def test_each_turn_is_sampled_and_learnt_in_the_context_that_it_had(template: str) -> None:
    tokenizer = tokenizer_with(template)
    episodes = play(tokenizer)
    assert max(len(episode.sequences) for episode in episodes) > 3
    scorer = Scorer(make_model(TOKENIZER).eval(), 0.8)
    for episode in episodes:
        lesson = Lesson.of(episode)
        wanted = own_logprobs(episode)
        torch.testing.assert_close(lesson.sampled_N.double(), wanted, rtol=0, atol=1e-4)
        ((part, _),) = parts([[lesson]], 8192)
        with torch.no_grad():
            torch.testing.assert_close(scorer(*part.inputs).logprobs_N.double(), wanted, rtol=0, atol=1e-4)
        assert part.tasks == (episode.task,) and int(part.sizes_B) == episode.own_count == len(wanted)
        assert len(part.ids_L) <= 2 * episode.length


@pytest.mark.parametrize("template", [TOKENIZER.chat_template, OPENS, MARKS_THE_PAST], ids=["plain", "opens", "marks"])
def test_contexts_are_what_the_template_makes_of_what_was_said(template: str) -> None:
    tokenizer, stripped = tokenizer_with(template), 0
    for episode in play(tokenizer):
        sequences = iter(episode.sequences)
        current, conversation = next(sequences), list(episode.messages)
        for turn in episode.turns:
            while not any(current.own[turn.start : turn.end]):
                current = next(sequences)
            assert all(current.own[turn.start : turn.end])
            context = tokenizer.decode(current.ids[: turn.start])
            assert context == tokenizer.apply_chat_template(conversation, tokenize=False, add_generation_prompt=True)
            seen = said(turn.text, Tags())
            # But for line breaks behind a block, it is what the environment reads.
            assert seen.replace("\n", "") == without_reasoning(turn.text).replace("\n", "")
            stripped += seen != turn.text
            conversation += [{"role": "assistant", "content": seen}, *turn.feedback]
    assert stripped > 10


def test_a_block_that_the_prompt_opens_is_no_part_of_what_members_share() -> None:
    episode = play(tokenizer_with(OPENS))[0]
    assert TOKENIZER.decode(episode.ids[: episode.prompt_length]).endswith("assistant\n")
    assert TOKENIZER.decode(episode.sequences[0].ids[: episode.turns[0].start]).endswith("assistant\n<think>\n")


def test_every_sampled_token_is_own_once_and_none_is_made_up() -> None:
    chat = Chat(TOKENIZER, thinking=Thinking.STRIP)
    for episode in play():
        turns = iter(episode.turns)
        for one in episode.sequences:
            assert len(one.ids) == len(one.own) == len(one.logprobs)
            places = [place for place, own in enumerate(one.own) if own]
            while places:
                turn = next(turns)
                count = turn.end - turn.start
                assert places[:count] == list(range(turn.start, turn.end))
                assert chat.text(one.ids[turn.start : turn.end]) == turn.text
                places = places[count:]
        assert next(turns, None) is None
        for one, following in zip(episode.sequences, episode.sequences[1:], strict=False):
            assert one.ids[: one.shared] == following.ids[: one.shared]
            assert one.shared >= episode.prompt_length


def test_what_is_sampled_does_not_depend_on_the_schedule() -> None:
    one_by_one, together = play(in_flight=1), play(in_flight=12)
    assert max(len(episode.sequences) for episode in together) > 3
    for one, other in zip(one_by_one, together, strict=True):
        assert [part.ids for part in one.sequences] == [part.ids for part in other.sequences]
        for a, b in zip(one.sequences, other.sequences, strict=True):
            assert a.logprobs == pytest.approx(b.logprobs, abs=1e-4)


def test_without_reasoning_nothing_changes() -> None:
    kept, stripped = (play(thinking=how, sampler=Talker) for how in Thinking)
    assert kept == stripped and all(len(episode.sequences) == 1 for episode in stripped)
    kept = play(thinking=Thinking.KEEP)
    assert all(len(episode.sequences) == 1 for episode in kept)
    assert any("<think>" in turn.text for episode in kept for turn in episode.turns)


@pytest.mark.parametrize("surrogate", [Surrogate.PPO, Surrogate.GSPO])
def test_the_gradient_is_that_of_each_turn_in_its_own_context(surrogate: Surrogate) -> None:
    episodes = play()
    model = make_model(TOKENIZER).double()
    terms, tokens = [], sum(episode.own_count for episode in episodes)
    for group in range(len(TASKS)):
        members = episodes[3 * group : 3 * group + 3]
        returns = torch.tensor([member.episode_return for member in members], dtype=torch.float64)
        advantages = (returns - returns.mean()) / (returns.std(correction=0) + 1e-6)
        for member, advantage in zip(members, advantages, strict=True):
            logprobs = []
            for one in member.sequences:
                ids = torch.tensor(one.ids)
                found = torch.log_softmax(model(ids[None]).logits[0, :-1] / 0.8, -1).gather(1, ids[1:, None])[:, 0]
                logprobs.append(found[torch.tensor(one.own)[1:]])
            own = torch.cat(logprobs)
            # At ratios of one the gradient of the ratio of a token is that of its log-probability; of an episode's
            # ratio it is that of the mean, at each of its tokens.
            terms.append(-advantage * own.sum())
    expected = torch.autograd.grad(torch.stack(terms).sum() / tokens, list(model.parameters()))
    kept: list[Tensor] = []
    config = UpdateConfig(mini_batches=1, credit=Credit.TRAJECTORY, max_grad_norm=1e9, surrogate=surrogate)
    learner = Learner(make_model(TOKENIZER), config, temperature=0.8)
    learner.stepper.optimizer.optimizer.register_step_pre_hook(
        lambda *_: kept.extend(p.grad.clone() for p in learner.model.parameters() if p.grad is not None)
    )
    stats = learner.update(episodes, seed=0)
    assert stats.mismatch < 1e-5 and abs(stats.ratio_max - 1) < 1e-4 and stats.tokens == tokens
    for got, want in zip(kept, expected, strict=True):
        torch.testing.assert_close(got.double(), want, rtol=2e-3, atol=2e-5)


class LongThinker(Talker):
    """Rarely comes to an end, and thinks nearly all the time."""

    words = ("<think>", *"abcabcabcabc", "</think>", "<|im_end|>")


def test_what_was_hidden_counts_for_the_episode_and_not_for_the_context() -> None:
    by_length = play(max_episode_tokens=150, max_turn_tokens=40, sampler=LongThinker)
    assert all(episode.length <= 150 for episode in by_length)
    model = make_model(TOKENIZER)
    model.config.max_position_embeddings = 150
    by_context = play(model=model, max_turn_tokens=40, sampler=LongThinker)
    assert all(len(one.ids) <= 150 for episode in by_context for one in episode.sequences)
    assert max(episode.length for episode in by_context) > 150
    for episodes in (by_length, by_context):
        assert End.TOKEN_BUDGET in {episode.end for episode in episodes}


class Author:
    """A writer that says the same in every turn and remembers what it was shown."""

    def __init__(self, turn: str) -> None:
        self.turn, self.shown = TOKENIZER(turn, add_special_tokens=False)["input_ids"], list[str]()

    def turns(self, requests: Sequence[Request], **settings: object) -> list[Written]:
        self.shown += [TOKENIZER.decode(request.ids) for request in requests]
        return [Written(self.turn, [-1.0] * len(self.turn)) for _ in requests]

    def refresh(self) -> None:
        """Its weights never change."""


def test_another_engine_is_shown_the_same_contexts() -> None:
    author = Author("<think>hm</think>\n\nyes<|im_end|>")
    (episode,) = collect(
        make_model(TOKENIZER), TOKENIZER, [(LetterEnv, "3")], temperature=1.0, seed=0, thinking=Thinking.STRIP,
        writer=author,
    )  # fmt: skip
    assert [one.count("hm") for one in author.shown] == [0, 0, 0]
    assert [one.count("assistant\nyes<|im_end|>") for one in author.shown] == [0, 1, 2]
    assert [turn.text for turn in episode.turns] == ["<think>hm</think>\n\nyes"] * 3
    assert len(episode.sequences) == 3 and episode.own_count == 3 * len(author.turn)


def test_a_token_across_the_end_of_a_block_stays_in_part() -> None:
    pieces = ["<thi", "nk>a", "b</think>\nc", "d", "e<think>f"]

    def decode(ids: Sequence[int]) -> str:
        return "".join(pieces[number] for number in ids)

    kept = said_tokens(range(5), Tags(), decode, lambda text: [f"new {text}"])  # type: ignore[list-item, arg-type, return-value]
    assert kept == ["new c", 3, "new e"]
    assert said_tokens([3, 3], Tags(), decode, lambda text: []) == [3, 3]
    assert said_tokens([0, 1], Tags(), decode, lambda text: []) == []


def test_tags_are_those_of_the_template() -> None:
    chat = Chat(tokenizer_with(KNOWS_REASONING), thinking=Thinking.STRIP)
    prompt = chat.initial([{"role": "user", "content": "q"}])
    turn = TOKENIZER("[THINK]a[/THINK]b<|im_end|>", add_special_tokens=False)["input_ids"]
    assert TOKENIZER.decode(chat.past(prompt + turn, len(prompt))[len(prompt) :]) == "b<|im_end|>"


def test_a_conversation_to_begin_with_is_stripped_too() -> None:
    chat = Chat(TOKENIZER, thinking=Thinking.STRIP)
    past = {"role": "assistant", "content": "<think>hm</think>\n\nyes"}
    question = {"role": "user", "content": "q"}
    shown = TOKENIZER.decode(chat.initial([question, past, question]))
    assert "hm" not in shown and "assistant\nyes<|im_end|>" in shown


def test_a_template_that_opens_turns_in_two_ways_is_refused() -> None:
    with pytest.raises(UsageError, match="thinking keep"):
        Chat(tokenizer_with(OPENS_SOME), thinking=Thinking.STRIP)
    Chat(tokenizer_with(OPENS_SOME))


@pytest.fixture
def thoughtful() -> Qwen3ForCausalLM:
    """A model that writes tags as often as the letters that it likes best."""
    own = Counter(
        token
        for episode in play(sampler=Sampler)
        for one in episode.sequences
        for token, mine in zip(one.ids, one.own, strict=True)
        if mine
    )
    liked = [token for token, _ in own.most_common(2)]
    model = make_model(TOKENIZER)
    with torch.no_grad():
        tags = TOKENIZER.convert_tokens_to_ids(["<think>", "</think>"])
        model.model.embed_tokens.weight[tags] = model.model.embed_tokens.weight[liked]
    return model


def test_a_run_trains_so_and_keeps_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, thoughtful: Qwen3ForCausalLM
) -> None:
    env = "toy/Thinking-v0"
    monkeypatch.setitem(gym.registry, env, gym.envs.registration.EnvSpec(env, entry_point=LetterEnv))
    config = TrainConfig(
        out=tmp_path,
        name="run",
        steps=2,
        threads=1,
        env=EnvConfig(id=env),
        rollout=RolloutConfig(tasks=2, group=3, max_turn_tokens=40, thinking=Thinking.STRIP),
        update=UpdateConfig(learning_rate=1e-3, mini_batches=1),
        evaluation=EvaluationConfig(tasks=2, temperatures=[1.0]),
    )
    seen: list[Episode] = []
    original = Learner.update

    def update(self: Learner, episodes: Sequence[Episode], *given: Any) -> UpdateStats:
        seen.extend(episodes)
        return original(self, episodes, *given)

    monkeypatch.setattr(Learner, "update", update)
    assert train(config, Console(quiet=True), Policy(thoughtful, TOKENIZER)) == 0
    assert max(len(episode.sequences) for episode in seen) > 1
    records = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert len(records) == 2 and all(record["mismatch"] < 1e-4 for record in records)
    other = config.rollout.model_copy(update={"thinking": Thinking.KEEP})
    with pytest.raises(UsageError, match=r"--rollout\.thinking cannot change"):
        train(config.model_copy(update={"resume": tmp_path / "run", "rollout": other}), Console(quiet=True))


def test_an_evaluation_says_that_it_strips(monkeypatch: pytest.MonkeyPatch, thoughtful: Qwen3ForCausalLM) -> None:
    monkeypatch.setattr(model_engine, "load_policy", lambda name: Policy(thoughtful, TOKENIZER))
    found: dict[Thinking, list[Episode]] = {}
    for how in Thinking:
        engine = model_engine.ModelEngine(
            None, docs="signature", in_flight=8, max_turn_tokens=40, max_episode_tokens=2000, thinking=how
        )
        assert engine.pinned().get("thinking") == (None if how is Thinking.KEEP else "strip")
        found[how] = []
        engine.play(LetterEnv, ["3", "4"], [range(4)] * 2, temperature=1.0, seed=0, on_episode=found[how].append)
    assert all(len(episode.sequences) == 1 for episode in found[Thinking.KEEP])
    assert any(len(episode.sequences) > 1 for episode in found[Thinking.STRIP])
