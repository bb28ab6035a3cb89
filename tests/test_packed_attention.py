"""Packed sequences: each token sees its prompt and its own episode up to itself, and nothing else."""

from __future__ import annotations

import pytest
import torch
from learner_toy import make_model, make_tokenizer
from torch import Tensor

from ftrl_agents.episode import Episode
from ftrl_agents.lessons import Lesson, parts
from ftrl_agents.packed_attention import Packing, by_segment, packed_attention
from ftrl_agents.scorer import Scorer
from ftrl_gym.errors import UsageError

GROUPS = [(5, [3, 1, 7]), (0, [2]), (4, [4])]
TOKENIZER = make_tokenizer()


def dense(query: Tensor, key: Tensor, value: Tensor, seen: Tensor) -> Tensor:
    """Attention by its definition; ``seen`` is ``(N, N)``."""
    repeats = query.shape[0] // key.shape[0]
    keys, values = key.repeat_interleave(repeats, 0), value.repeat_interleave(repeats, 0)
    scores = (query @ keys.mT * 0.3).masked_fill(~seen, -torch.inf)
    return scores.softmax(-1) @ values


def visible(groups: list[tuple[int, list[int]]]) -> Tensor:
    """Who sees whom, token by token."""
    owner = []
    for number, (prompt, tails) in enumerate(groups):
        owner += [(number, -1)] * prompt
        for member, tail in enumerate(tails):
            owner += [(number, member)] * tail
    return torch.tensor(
        [[a[0] == b[0] and b[1] in (-1, a[1]) and j <= i for j, b in enumerate(owner)] for i, a in enumerate(owner)]
    )


def test_values_and_gradients_are_those_of_the_definition() -> None:
    generator = torch.Generator().manual_seed(0)
    packing, seen = Packing(GROUPS), visible(GROUPS)
    states = [
        torch.randn(heads, len(seen), 8, generator=generator, dtype=torch.float64, requires_grad=True)
        for heads in (4, 2, 2)
    ]
    weight = torch.randn(4, len(seen), 8, generator=generator, dtype=torch.float64)
    found, wanted = by_segment(*states, packing, 0.3), dense(*states, seen)
    torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-12)
    mine, theirs = (torch.autograd.grad((out * weight).sum(), states) for out in (found, wanted))
    for one, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)


def test_places_are_those_in_the_episode() -> None:
    assert Packing([(2, [3, 1]), (0, [2])]).places().tolist() == [0, 1, 2, 3, 4, 2, 0, 1]


def test_the_models_own_attention_comes_back() -> None:
    model = make_model(TOKENIZER)
    before = model.config._attn_implementation
    with pytest.raises(ZeroDivisionError), packed_attention(model), packed_attention(model):
        assert model.config._attn_implementation != before
        raise ZeroDivisionError
    assert model.config._attn_implementation == before


def test_a_layer_that_forgets_is_refused() -> None:
    model = make_model(TOKENIZER)
    model.config.layer_types = ["sliding_attention", "full_attention"]
    with pytest.raises(UsageError, match="every layer must be full attention"), packed_attention(model):
        pass


def lesson(group: int, member: int, prompt: int, tail: int) -> Lesson:
    """Of an episode of random tokens, of which every other one behind the prompt is the policy's own."""
    episode = Episode(f"task{group}", "", group, member, [], prompt_length=prompt)
    episode.extend([(7 * group + place) % 90 + 3 for place in range(prompt)])
    for place in range(tail):
        token = (11 * member + 5 * group + place * place) % 90 + 3
        if place % 2:
            episode.extend([token])
        else:
            episode.sampled(token, -1.0 - place)
    return Lesson.of(episode)


SOME = [[lesson(group, member, 6 + group, 3 + 4 * member + group) for member in range(4)] for group in range(3)]


@pytest.mark.parametrize("micro_tokens", [1, 20, 45, 1000])
def test_parts_hold_each_lesson_once_and_no_more_than_they_may(micro_tokens: int) -> None:
    found = list(parts(SOME, micro_tokens))
    assert [id(one) for _, some in found for one in some] == [id(one) for group in SOME for one in group]
    for part, some in found:
        assert len(part.ids_L) <= max(micro_tokens, len(some[0].episode.ids))
        assert len(part.ids_L) == len(part.places_L) == len(part.wanted_L)
        assert part.wanted_L.sum() == len(part.chosen_N) == part.sizes_B.sum() == len(part.episode_N)
        assert part.sampled_N.tolist() == [value for one in some for value in one.sampled_N.tolist()]


@pytest.mark.parametrize("micro_tokens", [1, 45, 1000])
def test_log_probabilities_are_those_of_each_episode_alone(micro_tokens: int) -> None:
    model = make_model(TOKENIZER).eval()
    scorer = Scorer(model, temperature=0.7)
    with torch.no_grad():
        found = torch.cat([scorer(*part.inputs).logprobs_N for part, _ in parts(SOME, micro_tokens)])
        wanted = []
        for one in (one for group in SOME for one in group):
            ids = torch.tensor(one.episode.ids)
            logprobs = (model(input_ids=ids[None]).logits[0] / 0.7).log_softmax(-1)
            own = torch.tensor(one.episode.own)[1:]
            wanted.append(logprobs[:-1][own].gather(1, ids[1:][own][:, None])[:, 0])
    torch.testing.assert_close(found, torch.cat(wanted), rtol=0, atol=1e-5)
