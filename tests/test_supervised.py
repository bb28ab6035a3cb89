"""Supervised training: two optimizers as one."""

from __future__ import annotations

import torch
from learner_toy import make_model, make_tokenizer

from ftrl_agents.corpus import Batch
from ftrl_agents.supervised import Orthogonal, Supervised


def batch() -> Batch:
    ids = torch.randint(5, 200, (2, 12), generator=torch.Generator().manual_seed(0))
    every = torch.ones_like(ids, dtype=torch.bool)
    return Batch(ids, every, every)


def test_muon_takes_the_matrices_of_the_blocks_and_adamw_the_rest() -> None:
    model = make_model(make_tokenizer())
    muon, adamw = Orthogonal(model, 1e-3).parts
    taken = sum(len(group["params"]) for group in muon.param_groups)
    assert taken == sum(p.ndim == 2 for name, p in model.named_parameters() if ".layers." in name) > 0
    assert taken + sum(len(group["params"]) for group in adamw.param_groups) == len(list(model.parameters()))


def test_it_learns_and_goes_on_where_it_stopped() -> None:
    def trained(steps: int, halfway: dict[str, object] | None = None) -> tuple[Supervised, list[float]]:
        model = make_model(make_tokenizer())
        trainer = Supervised(model, peak=3e-3, total=10**6, warm_up=1e-6, orthogonal=True)
        if halfway is not None:
            model.load_state_dict(halfway["model"])  # type: ignore[arg-type]
            trainer.optimizer.load_state_dict(halfway["optimizer"])  # type: ignore[arg-type]
            trainer.tokens = int(halfway["tokens"])  # type: ignore[call-overload]
        return trainer, [trainer.step(batch()).loss for _ in range(steps)]

    whole, losses = trained(6)
    assert losses[-1] < losses[0] - 0.3
    first, _ = trained(3)
    halfway = {"model": first.model.state_dict(), "optimizer": first.optimizer.state_dict(), "tokens": first.tokens}
    second, rest = trained(3, halfway)
    assert rest == losses[3:]
    for one, other in zip(whole.model.parameters(), second.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_half_precision_is_for_the_products_only() -> None:
    def first_update(half: bool) -> tuple[Supervised, float]:
        trainer = Supervised(make_model(make_tokenizer()), peak=3e-3, total=10**6, warm_up=1e-6, half=half)
        return trainer, trainer.step(batch()).loss

    (full, loss), (half, near) = first_update(False), first_update(True)
    assert near != loss and abs(near - loss) < 0.02
    moved = [torch.cat([p.detach().flatten() for p in one.model.parameters()]) for one in (full, half)]
    was = torch.cat([p.detach().flatten() for p in make_model(make_tokenizer()).parameters()])
    assert all(p.dtype == torch.float32 for p in half.model.parameters())
    assert torch.cosine_similarity(moved[0] - was, moved[1] - was, dim=0) > 0.9
