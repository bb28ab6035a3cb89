"""Modules with the names and signatures of vLLM 0.32's that are used, on a model of transformers: no GPU, no install.

The engine holds weights of its own, which only a whole weight update changes; it refuses what vLLM refuses.
"""

from __future__ import annotations

import copy
import sys
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from learner_toy import make_model, make_tokenizer


@dataclass(kw_only=True)
class SamplingParams:
    temperature: float = 1.0
    max_tokens: int | None = 16
    seed: int | None = None
    logprobs: int | None = None
    stop_token_ids: list[int] | None = None
    stop: list[str] | None = None
    include_stop_str_in_output: bool = False
    skip_special_tokens: bool = True


@dataclass(kw_only=True)
class WeightTransferConfig:
    backend: str = "nccl"


@dataclass(kw_only=True)
class IPCTrainerInitInfo:
    rank: int
    packed: bool = False


class ModuleSource:
    def __init__(self, module: torch.nn.Module) -> None:
        self.module = module


class WeightTransferTrainerFactory:
    @staticmethod
    def trainer_init(init_info: IPCTrainerInitInfo, *, client: Any, source: ModuleSource) -> Any:
        client.init_weight_transfer_engine({"packed": init_info.packed})

        def send_weights() -> None:
            client.start_weight_update()
            client.update_weights({"weights": dict(source.module.named_parameters())})
            client.finish_weight_update()

        return SimpleNamespace(send_weights=send_weights)


class LLM:
    """Decodes one request after the other, without any cache."""

    made: list[LLM] = []  # noqa: RUF012 - for tests to look at

    def __init__(self, model: str, *, weight_transfer_config: WeightTransferConfig, **settings: Any) -> None:
        assert weight_transfer_config.backend == "ipc"
        self.folder, self.settings, self.log = model, settings, list[str]()
        self.tokenizer, self.model = make_tokenizer(), make_model(make_tokenizer(), seed=99)
        LLM.made.append(self)

    def init_weight_transfer_engine(self, request: dict[str, Any]) -> None:
        assert request == {"init_info": {"packed": False}}

    def start_weight_update(self) -> None:
        self.log.append("start")

    def update_weights(self, request: dict[str, Any]) -> None:
        assert self.log[-1] == "start"
        with torch.no_grad():
            for name, value in self.model.named_parameters():
                value.copy_(request["update_info"]["weights"][name])

    def finish_weight_update(self) -> None:
        self.log.append("finish")

    def reset_prefix_cache(self) -> bool:
        self.log.append("reset")
        return True

    @torch.no_grad()
    def generate(self, prompts: list[dict[str, Any]], params: list[SamplingParams], *, use_tqdm: bool = True) -> Any:
        assert self.log[-2:] == ["finish", "reset"] and not use_tqdm
        return [
            SimpleNamespace(outputs=[self._one(prompt["prompt_token_ids"], how)])
            for prompt, how in zip(prompts, params, strict=True)
        ]

    def _one(self, prompt: list[int], how: SamplingParams) -> Any:
        assert how.max_tokens and len(prompt) + how.max_tokens <= self.settings["max_model_len"]
        assert how.logprobs == 0 and self.settings["logprobs_mode"] == "processed_logprobs"
        rng, ids, logprobs = np.random.default_rng(how.seed), list(prompt), list[dict[int, Any]]()
        while len(logprobs) < how.max_tokens:
            logits = self.model(torch.tensor([ids])).logits[0, -1].double()
            chosen = torch.log_softmax(logits / (how.temperature or 1.0), -1)
            token = int(logits.argmax()) if not how.temperature else rng.choice(len(chosen), p=chosen.exp().numpy())
            ids.append(int(token))
            logprobs.append({int(token): SimpleNamespace(logprob=float(chosen[token]))})
            said = self.tokenizer.decode(ids[len(prompt) :])
            if token in (how.stop_token_ids or ()) or any(one in said for one in how.stop or ()):
                break
        return SimpleNamespace(token_ids=tuple(ids[len(prompt) :]), logprobs=copy.copy(logprobs))


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes ``import vllm`` find this."""
    contents: dict[str, dict[str, Any]] = {
        "vllm": {"LLM": LLM, "SamplingParams": SamplingParams},
        "vllm.config": {"WeightTransferConfig": WeightTransferConfig},
        "vllm.distributed": {},
        "vllm.distributed.weight_transfer": {
            "ModuleSource": ModuleSource, "WeightTransferTrainerFactory": WeightTransferTrainerFactory,
        },
        "vllm.distributed.weight_transfer.ipc_engine": {"IPCTrainerInitInfo": IPCTrainerInitInfo},
    }  # fmt: skip
    LLM.made.clear()
    for name, values in contents.items():
        module = ModuleType(name)
        vars(module).update(values)
        monkeypatch.setitem(sys.modules, name, module)
