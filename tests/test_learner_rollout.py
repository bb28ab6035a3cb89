"""The sampler against a plain forward pass, and the bookkeeping of episodes."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import torch
from learner_toy import LetterEnv, make_model, make_tokenizer

from ftrl_agents.chat import Chat
from ftrl_agents.episode import End, Episode
from ftrl_agents.rollout import collect
from ftrl_gym.errors import UsageError

TOKENIZER = make_tokenizer()
TASKS = [(LetterEnv, str(turns)) for turns in (3, 1, 4, 2)]


def play(**changes: object) -> list[Episode]:
    settings: dict[str, object] = {"temperature": 1.0, "seed": 3, "group_size": 3, "max_turn_tokens": 12} | changes
    return collect(make_model(TOKENIZER), TOKENIZER, TASKS, **settings)  # type: ignore[arg-type]


def full_logprobs(ids: list[int], temperature: float = 1.0) -> torch.Tensor:
    with torch.no_grad():
        logits = make_model(TOKENIZER)(torch.tensor([ids])).logits[0, :-1].double()
    return torch.log_softmax(logits / temperature, -1).gather(1, torch.tensor(ids)[1:, None])[:, 0]


@pytest.mark.parametrize("temperature", [1.0, 0.7])
@pytest.mark.parametrize("in_flight", [1, 5, 12])
def test_logprobs_equal_a_plain_forward_pass(in_flight: int, temperature: float) -> None:
    episodes = play(in_flight=in_flight, temperature=temperature)
    assert len({len(episode.ids) for episode in episodes}) > 3
    assert max(len(episode.turns) for episode in episodes) == 4
    for episode in episodes:
        expected = full_logprobs(episode.ids, temperature)
        for place, own in enumerate(episode.own):
            if own:
                assert episode.logprobs[place] == pytest.approx(expected[place - 1].item(), abs=1e-4)


def test_what_is_sampled_does_not_depend_on_the_schedule() -> None:
    one_by_one, together = play(in_flight=1), play(in_flight=12)
    assert [episode.ids for episode in one_by_one] == [episode.ids for episode in together]
    assert [episode.ids for episode in together] != [episode.ids for episode in play(seed=4)]


def test_the_mask_covers_exactly_what_the_policy_wrote() -> None:
    chat = Chat(TOKENIZER)
    for episode in play():
        spans = [range(turn.start, turn.end) for turn in episode.turns]
        assert [i for i, own in enumerate(episode.own) if own] == [i for span in spans for i in span]
        assert len(episode.ids) == len(episode.own) == len(episode.logprobs)
        conversation = list(episode.messages)
        assert episode.ids[: episode.prompt_length] == chat.initial(conversation)
        for turn in episode.turns:
            assert turn.text == chat.text(episode.ids[turn.start : turn.end])
            assert turn.cut == (episode.ids[turn.end - 1] != chat.end_of_turn)
            conversation += [{"role": "assistant", "content": turn.text}, *turn.feedback]
        rendered = TOKENIZER.apply_chat_template(conversation, tokenize=False).rstrip("\n")
        played = TOKENIZER.decode(episode.ids)
        assert rendered == played if not episode.turns[-1].cut else rendered.startswith(played)


def test_greedy_is_deterministic_and_the_argmax() -> None:
    first, second = play(temperature=0.0, group_size=2)[:2]
    assert first.ids == second.ids
    with torch.no_grad():
        best = make_model(TOKENIZER)(torch.tensor([first.ids])).logits[0].argmax(-1)
    own = [i for i, mine in enumerate(first.own) if mine]
    assert [first.ids[i] for i in own] == [int(best[i - 1]) for i in own]


def test_sampling_follows_the_distribution() -> None:
    episodes = collect(
        make_model(TOKENIZER),
        TOKENIZER,
        [(LetterEnv, "1")],
        temperature=1.0,
        seed=0,
        group_size=4000,
        max_turn_tokens=1,
    )
    prompt = episodes[0].ids[:-1]
    with torch.no_grad():
        expected = torch.softmax(make_model(TOKENIZER)(torch.tensor([prompt])).logits[0, -1], -1)
    seen = torch.bincount(torch.tensor([episode.ids[-1] for episode in episodes]), minlength=len(TOKENIZER)) / 4000
    assert (seen - expected).abs().max() < 0.03


def test_budgets_cut_turns_and_episodes() -> None:
    episodes = play(max_episode_tokens=120)
    assert all(len(episode.ids) <= 120 for episode in episodes)
    assert End.TOKEN_BUDGET in {episode.end for episode in episodes}
    assert all(turn.end - turn.start <= 12 for episode in episodes for turn in episode.turns)
    with pytest.raises(UsageError, match="max_episode_tokens"):
        play(max_episode_tokens=40)


def test_a_prompt_without_room_costs_only_its_own_episodes_where_that_was_said() -> None:
    tasks = [(LetterEnv, "1".zfill(60)), (LetterEnv, "1")]  # a task's name stands in its prompt
    told: list[str] = []
    settings: dict[str, Any] = {"temperature": 1.0, "seed": 1, "group_size": 2, "max_turn_tokens": 9}
    settings |= {"max_episode_tokens": 130, "on_episode": lambda episode: told.append(episode.task)}
    episodes = collect(make_model(TOKENIZER), TOKENIZER, tasks, skip_overlong=True, **settings)
    assert [episode.end is End.NO_ROOM for episode in episodes] == [True, True, False, False] and len(told) == 4
    assert episodes[0].error is not None and "an episode may have 130" in episodes[0].error and not episodes[0].ids
    alone = collect(make_model(TOKENIZER), TOKENIZER, tasks[1:], groups=[1], **settings)
    assert [episode.ids for episode in episodes[2:]] == [episode.ids for episode in alone]


def test_an_environment_that_raises_costs_only_its_episode() -> None:
    broken = [(lambda: LetterEnv(raises_at=2), "3"), (LetterEnv, "3")]
    episodes = collect(make_model(TOKENIZER), TOKENIZER, broken, temperature=1.0, seed=1, group_size=2)
    assert [episode.end for episode in episodes] == [End.FAILED, End.FAILED, End.ANSWERED, End.ANSWERED]
    assert episodes[0].error == "RuntimeError: the toy broke"
    assert "RuntimeError" in episodes[0].transcript()


class HangingEnv(LetterEnv):
    """Hangs in its second turn until it is let go."""

    let_go = threading.Event()

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        if self.turn == 1:
            self.let_go.wait()
        return super().step(action)


def test_an_environment_that_hangs_costs_only_its_episode() -> None:
    tasks = [(HangingEnv, "2"), (LetterEnv, "3")]
    try:
        episodes = collect(
            make_model(TOKENIZER), TOKENIZER, tasks, temperature=1.0, seed=1, group_size=2, env_seconds=0.5
        )
    finally:
        HangingEnv.let_go.set()
    assert [episode.end for episode in episodes] == [End.FAILED, End.FAILED, End.ANSWERED, End.ANSWERED]
    assert episodes[0].error is not None and episodes[0].error.startswith("Overdue: it did not come back within")
    assert len(episodes[0].turns) == 2


def test_a_turn_ends_behind_a_stop_text() -> None:
    plain, stopped = play(max_turn_tokens=40), play(max_turn_tokens=40, stop=["e", "~~"])
    chat = Chat(TOKENIZER)
    assert any("e" in turn.text[:-1] for episode in plain for turn in episode.turns)
    ended = 0
    for episode in stopped:
        for number, turn in enumerate(episode.turns):
            own = episode.ids[turn.start : turn.end]
            assert "e" not in TOKENIZER.decode(own[:-1])
            stop = "e" in turn.text
            ended += stop
            assert turn.cut == (len(own) == 40 and not stop and own[-1] != chat.end_of_turn)
            if stop and number + 1 < len(episode.turns):
                # The end-of-turn token is added, and is not the policy's own.
                assert episode.ids[turn.end] == chat.end_of_turn and not episode.own[turn.end]
    assert ended > 3
