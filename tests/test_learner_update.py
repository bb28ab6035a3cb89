"""The learner: the same log-probs as the sampler, gradients that do not depend on how a batch is cut, and progress."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from learner_toy import LetterEnv, make_model, make_tokenizer
from torch import Tensor
from transformers import Qwen3ForCausalLM

from ftrl_agents.config import Average, Credit, Estimator, KlEstimator, Surrogate, UpdateConfig
from ftrl_agents.episode import End, Episode
from ftrl_agents.learner import Learner, LossNotFinite
from ftrl_agents.rollout import collect
from ftrl_gym.errors import UsageError

TOKENIZER = make_tokenizer()


@pytest.fixture(scope="module")
def episodes() -> list[Episode]:
    tasks = [(LetterEnv, turns) for turns in ("2", "3", "1")]
    return collect(make_model(TOKENIZER), TOKENIZER, tasks, temperature=0.9, seed=5, group_size=4, max_turn_tokens=9)


def updated(episodes: list[Episode], **changes: object) -> tuple[Qwen3ForCausalLM, Learner]:
    model = make_model(TOKENIZER)
    learner = Learner(model, UpdateConfig(**{"mini_batches": 1, **changes}), temperature=0.9)  # type: ignore[arg-type]
    learner.update(episodes, seed=0)
    return model, learner


def test_learner_and_sampler_agree(episodes: list[Episode]) -> None:
    stats = Learner(make_model(TOKENIZER), UpdateConfig(mini_batches=1), temperature=0.9).update(episodes, seed=0)
    assert stats.mismatch < 1e-5
    assert abs(stats.ratio_max - 1) < 1e-4
    assert stats.clipped == 0
    assert stats.tokens == sum(episode.own_count for episode in episodes)


def test_gradient_equals_a_plain_padded_computation(episodes: list[Episode]) -> None:
    model = make_model(TOKENIZER).double()
    terms, tokens = [], 0
    for group in range(3):
        members = episodes[4 * group : 4 * group + 4]
        returns = torch.tensor([member.episode_return for member in members], dtype=torch.float64)
        advantages = (returns - returns.mean()) / (returns.std(correction=0) + 1e-6)
        for member, advantage in zip(members, advantages, strict=True):
            ids = torch.tensor(member.ids)
            logprobs = torch.log_softmax(model(ids[None]).logits[0, :-1] / 0.9, -1)
            own = torch.tensor(member.own)[1:]
            terms.append(-(logprobs.gather(1, ids[1:, None])[:, 0] * own).sum() * advantage)
            terms.append(0.01 * ((logprobs.exp() * logprobs).sum(-1) * own).sum())
            tokens += member.own_count
    expected = torch.autograd.grad(torch.stack(terms).sum() / tokens, list(model.parameters()))
    kept: list[torch.Tensor] = []
    settings = UpdateConfig(mini_batches=1, credit=Credit.TRAJECTORY, entropy=0.01, max_grad_norm=1e9)
    learner = Learner(make_model(TOKENIZER), settings, temperature=0.9)
    learner.stepper.optimizer.optimizer.register_step_pre_hook(
        lambda *_: kept.extend(p.grad.clone() for p in learner.model.parameters() if p.grad is not None)
    )
    learner.update(episodes, seed=0)
    for got, want in zip(kept, expected, strict=True):
        torch.testing.assert_close(got.double(), want, rtol=2e-3, atol=2e-5)


def test_result_does_not_depend_on_parts_or_order(episodes: list[Episode]) -> None:
    whole, _ = updated(episodes)
    cut, _ = updated(episodes[8:] + episodes[:8], micro_tokens=100)
    for one, other in zip(whole.parameters(), cut.parameters(), strict=True):
        # AdamW's first step has the size of the learning rate whatever the gradient's.
        torch.testing.assert_close(one, other, rtol=0, atol=2e-5)


def test_failed_episodes_and_flat_groups_are_left_out(episodes: list[Episode]) -> None:
    changed = copy.deepcopy(episodes)
    for episode in changed[:4]:
        episode.end = End.FAILED
    for episode in changed[4:8]:
        for turn in episode.turns:
            turn.reward = 0.25 if turn is episode.turns[0] else 0.0
    stats = Learner(make_model(TOKENIZER), UpdateConfig(mini_batches=1), temperature=0.9).update(changed, seed=0)
    assert stats.tokens == sum(episode.own_count for episode in changed[8:])
    assert stats.flat_groups == pytest.approx(2 / 3)
    model, _ = updated(changed[:8])
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), make_model(TOKENIZER).parameters(), strict=True))


def test_a_loss_that_is_not_finite_stops_and_names_the_tasks(episodes: list[Episode]) -> None:
    broken = copy.deepcopy(episodes)
    place = broken[0].own.index(True)
    broken[0].logprobs[place] = float("nan")
    model = make_model(TOKENIZER)
    with pytest.raises(LossNotFinite, match="task"):
        Learner(model, UpdateConfig(mini_batches=1), temperature=0.9).update(broken, seed=0)
    assert all(torch.isfinite(p).all() for p in model.parameters())


def test_the_failing_mini_batch_is_named_and_weights_between_two_steps_are_known(episodes: list[Episode]) -> None:
    seen = set()
    for group in range(3):
        broken = copy.deepcopy(episodes)
        place = broken[4 * group].own.index(True)
        broken[4 * group].logprobs[place] = float("nan")
        learner = Learner(make_model(TOKENIZER), UpdateConfig(mini_batches=3), temperature=0.9)
        with pytest.raises(LossNotFinite) as stopped:
            learner.update(broken, seed=0)
        number = next(n for n in (1, 2, 3) if f"in mini-batch {n} of 3" in str(stopped.value))
        assert learner.midway == (number > 1)
        seen.add(number)
        learner.update(episodes, seed=0)
        assert not learner.midway
    assert seen == {1, 2, 3}


@pytest.mark.parametrize("estimator", [KlEstimator.K2, KlEstimator.K3])
def test_kl_pulls_back_to_the_reference(episodes: list[Episode], estimator: KlEstimator) -> None:
    def kl_after_four_steps(weight: float) -> float:
        settings = {"mini_batches": 1, "kl": weight, "kl_estimator": estimator, "learning_rate": 1e-3, "entropy": 0}
        learner = Learner(make_model(TOKENIZER), UpdateConfig.model_validate(settings), temperature=0.9)
        learner.set_reference(make_model(TOKENIZER))
        seen = [learner.update(episodes, seed=0).kl for _ in range(5)]
        assert seen[0] == pytest.approx(0, abs=1e-6)
        return seen[-1]

    assert 0 < kl_after_four_steps(10.0) < 0.5 * kl_after_four_steps(1e-6)


def test_kl_in_the_reward_is_charged_token_by_token(episodes: list[Episode]) -> None:
    config = UpdateConfig.model_validate(
        {"estimator": "reinforce++", "credit": "token", "kl": 0.1, "kl_estimator": "k1", "kl_place": "reward"}
    )
    learner, reference = Learner(make_model(TOKENIZER), config, 0.9), make_model(TOKENIZER, seed=1)
    learner.set_reference(copy.deepcopy(reference))
    lessons = [lesson for group in learner._lessons(episodes).values() for lesson in group]
    coming = []
    for lesson in lessons:
        ids, own = torch.tensor(lesson.episode.ids), torch.tensor(lesson.episode.own)[1:]
        with torch.no_grad():
            logprobs = torch.log_softmax(reference(ids[None]).logits[0, :-1] / 0.9, -1).gather(1, ids[1:, None])[own, 0]
        torch.testing.assert_close(lesson.reference_N, logprobs, rtol=1e-4, atol=1e-4)
        paid, end = -0.1 * (lesson.sampled_N - logprobs).double(), 0
        for turn in lesson.episode.turns:
            end += turn.end - turn.start
            paid[end - 1] += turn.reward
        coming.append(paid.flip(0).cumsum(0).flip(0))
    flat = torch.cat(coming)
    expected = (flat - flat.mean()) / flat.std(correction=0)
    got = torch.cat([lesson.advantage_N for lesson in lessons]).double()
    torch.testing.assert_close(got, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("estimator", Estimator)
def test_a_process_without_episodes_takes_part_in_what_the_others_do(
    episodes: list[Episode], estimator: Estimator, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = Learner(make_model(make_tokenizer()), UpdateConfig(estimator=estimator), 0.9)
    sums: list[Tensor] = []
    monkeypatch.setattr(learner, "_most", lambda passes: 2)  # another process has two parts
    monkeypatch.setattr(learner, "_summed", lambda some: sums.append(some) or some + (len(some) == 2))
    failed = [replace(episode, end=End.FAILED) for episode in episodes]
    assert learner._lessons(failed) == {}
    whitening = (Estimator.GAE, Estimator.REINFORCE_PLUS_PLUS, Estimator.REINFORCE_PLUS_PLUS_BASELINE)
    assert [len(some) for some in sums] == ([2, 1] if estimator in whitening else [])
    before = copy.deepcopy(learner.model.state_dict())
    measured, _, norm = learner._mini_batch([], "in mini-batch 1 of 1")
    learner.stepper.optimizer.step()
    assert norm == 0.0 and not any(float(one) for one in measured)
    assert all(torch.equal(weight, before[name]) for name, weight in learner.model.state_dict().items())


@pytest.mark.parametrize("kind", [Surrogate.GSPO, Surrogate.SEQUENCE])
def test_what_is_told_of_ratios_is_told_of_those_that_are_bounded(episodes: list[Episode], kind: Surrogate) -> None:
    """A second pass over one mini-batch: tokens move apart, episodes as a whole hardly."""
    config = UpdateConfig(surrogate=kind, average=Average.EPISODE, epochs=2, mini_batches=1, learning_rate=1e-3)
    model = make_model(make_tokenizer())
    told = Learner(model, config, 0.9).update(episodes, seed=0)
    plain = UpdateConfig(surrogate=Surrogate.PPO, average=Average.EPISODE, epochs=2, mini_batches=1, learning_rate=1e-3)
    tokens = Learner(make_model(make_tokenizer()), plain, 0.9).update(episodes, seed=0)
    if kind is Surrogate.GSPO:
        assert told.ratio_max - told.ratio_min < tokens.ratio_max - tokens.ratio_min
    else:
        assert told.ratio_max - told.ratio_min > tokens.ratio_max - tokens.ratio_min


def test_it_learns() -> None:
    model = make_model(TOKENIZER)
    learner = Learner(model, UpdateConfig(mini_batches=1, learning_rate=1e-2, entropy=0), temperature=1.0)
    returns = []
    for step in range(25):
        tasks = [(LetterEnv, "1")] * 4
        batch = collect(model, TOKENIZER, tasks, temperature=1.0, seed=step, group_size=8, max_turn_tokens=8)
        returns.append(sum(episode.episode_return for episode in batch) / len(batch))
        learner.update(batch, seed=step)
    assert sum(returns[-5:]) / 5 > sum(returns[:5]) / 5 + 0.3


def weights_after(episodes: list[Episode], **changes: object) -> list[torch.Tensor]:
    model, _ = updated(episodes, max_grad_norm=1e9, **changes)
    return [parameter.detach() for parameter in model.parameters()]


def test_recomputing_activations_changes_nothing(episodes: list[Episode]) -> None:
    for one, other in zip(weights_after(episodes), weights_after(episodes, recompute=True), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=2e-5)


def test_a_value_head_learns_what_comes(episodes: list[Episode]) -> None:
    model = make_model(TOKENIZER)
    settings = {"estimator": "gae", "credit": "token", "gae_lambda": 1.0, "mini_batches": 1, "entropy": 0}
    config = UpdateConfig.model_validate(settings | {"learning_rate": 1e-2, "value_clip": 1e9})
    learner = Learner(model, config, temperature=0.9)
    losses = [learner.update(episodes, seed=step).value_loss for step in range(12)]
    assert losses[-1] < 0.5 * losses[0]
    assert learner.heads().keys() == {"value_head.weight", "value_head.bias"}
    other = Learner(make_model(TOKENIZER), config, temperature=0.9)
    other.load_heads(learner.heads())
    torch.testing.assert_close(other.heads()["value_head.weight"], learner.heads()["value_head.weight"])
    with pytest.raises(UsageError, match="value head"):
        Learner(make_model(TOKENIZER), UpdateConfig(), temperature=0.9).load_heads(learner.heads())


def test_another_engines_log_probabilities_are_corrected(episodes: list[Episode]) -> None:
    """What a sampler got wrong by a constant factor a token is a weight of that factor, up to the cap."""
    shifted = copy.deepcopy(episodes)
    for episode in shifted:
        episode.logprobs = [
            value - 0.1 if own else 0.0 for value, own in zip(episode.logprobs, episode.own, strict=True)
        ]
    stats = Learner(make_model(TOKENIZER), UpdateConfig(mini_batches=1, importance_cap=2.0), 0.9).update(shifted, 0)
    assert stats.mismatch == pytest.approx(0.1, abs=1e-3)
    assert stats.ratio_max == pytest.approx(1, abs=1e-4)
    plain = Learner(make_model(TOKENIZER), UpdateConfig(mini_batches=1), 0.9).update(shifted, 0)
    assert plain.ratio_max == pytest.approx(torch.tensor(0.1).exp().item(), abs=1e-3)


def test_cut_episodes_are_left_out_where_that_is_wished(episodes: list[Episode]) -> None:
    cut = copy.deepcopy(episodes)
    cut[0].end = End.TOKEN_BUDGET
    stats = Learner(make_model(TOKENIZER), UpdateConfig(mini_batches=1, drop_cut=True), 0.9).update(cut, 0)
    assert stats.tokens == sum(episode.own_count for episode in cut[1:])


def test_a_penalty_lowers_the_advantage(episodes: list[Episode]) -> None:
    fined = copy.deepcopy(episodes)
    fined[0].penalty = 1.0
    lessons = [Learner(make_model(TOKENIZER), UpdateConfig(), 0.9)._lessons(some)[0] for some in (episodes, fined)]
    plain, less = (next(one for one in group if one.episode.member == 0) for group in lessons)
    assert less.advantage_N.mean() < plain.advantage_N.mean() - 0.1


@pytest.mark.parametrize("changes", [
    {"estimator": "dr_grpo", "average": "constant"},
    {"estimator": "rloo", "surrogate": "sequence", "average": "episode"},
    {"estimator": "reinforce++", "credit": "token"},
    {"estimator": "reinforce++_baseline", "credit": "turn"},
    {"estimator": "gae", "credit": "token", "epochs": 2},
    {"surrogate": "gspo", "average": "episode"},
    {"surrogate": "cispo", "clip_low": 1.0},
])  # fmt: skip
def test_every_algorithm_learns(changes: dict[str, object]) -> None:
    model = make_model(TOKENIZER)
    rate = 1e-2 if changes.get("average") != "constant" else 2e-2
    config = UpdateConfig.model_validate({"mini_batches": 1, "learning_rate": rate, "entropy": 0, **changes})
    learner = Learner(model, config, temperature=1.0)
    returns = []
    for step in range(25):
        tasks = [(LetterEnv, "1")] * 4
        batch = collect(model, TOKENIZER, tasks, temperature=1.0, seed=step, group_size=8, max_turn_tokens=8)
        returns.append(sum(episode.episode_return for episode in batch) / len(batch))
        learner.update(batch, seed=step)
    assert sum(returns[-5:]) / 5 > sum(returns[:5]) / 5 + 0.2
