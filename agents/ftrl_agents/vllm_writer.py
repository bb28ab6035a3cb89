"""vLLM as what samples: a copy of the policy on the same GPU, brought up to date after each update.

Written against vLLM 0.32: ``LLM.generate`` on token ids, and its weight transfer by CUDA IPC, in which the engine's
process reads the policy's weights where they lie. It serves a single training process.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers import PreTrainedModel

from ftrl_agents.config import TrainConfig
from ftrl_agents.writer import Request, Written
from ftrl_gym.errors import UsageError


class VllmWriter:
    """Writes turns with vLLM.

    Args:
        model: The policy, whole, on a GPU; its weights are read at each :meth:`refresh`.
        folder: Where its architecture and tokenizer lie, as ``save_pretrained`` writes them.
        config: Of the run.

    Raises:
        UsageError: vLLM is not installed, or there is no GPU.
    """

    def __init__(self, model: PreTrainedModel, folder: Path, config: TrainConfig) -> None:
        # Handles of GPU memory go to the engine's process as pickles; both ends are ours.
        os.environ.setdefault("VLLM_ALLOW_INSECURE_SERIALIZATION", "1")
        try:
            from vllm import LLM, SamplingParams
            from vllm.config import WeightTransferConfig
            from vllm.distributed.weight_transfer import ModuleSource, WeightTransferTrainerFactory
            from vllm.distributed.weight_transfer.ipc_engine import IPCTrainerInitInfo
        except ImportError as error:
            raise UsageError(
                f"--rollout.engine vllm needs vLLM ({error}). Install it (pip install 'ftrl-gym[vllm]'), or leave the "
                "engine out"
            ) from None
        if not _shares_memory(model):
            raise UsageError(
                f"--rollout.engine vllm needs a GPU, and the policy is on the {model.device.type}. Leave the engine out"
            )
        context = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        self._params = SamplingParams
        self._llm: Any = LLM(
            model=str(folder),
            dtype=config.update.precision,
            max_model_len=min(config.rollout.max_episode_tokens, context or 2**31),
            max_num_seqs=config.rollout.in_flight,
            gpu_memory_utilization=config.rollout.vllm_memory,
            logprobs_mode="processed_logprobs",  # of the tempered distribution, which is sampled from
            generation_config="vllm",  # no top-k or top-p that the model's authors recommend
            weight_transfer_config=WeightTransferConfig(backend="ipc"),
            seed=config.seed,
        )
        self._sender: Any = WeightTransferTrainerFactory.trainer_init(
            init_info=IPCTrainerInitInfo(rank=0, packed=False), client=_InProcess(self._llm), source=ModuleSource(model)
        )
        self.refresh()

    def turns(
        self, requests: Sequence[Request], *, temperature: float, stop_tokens: Sequence[int], stop: Sequence[str]
    ) -> list[Written]:
        """See :class:`~ftrl_agents.writer.Writer`."""
        params = [
            self._params(
                temperature=temperature,
                max_tokens=request.most,
                seed=request.seed,
                logprobs=0,  # that of the sampled token alone
                stop_token_ids=list(stop_tokens),
                stop=list(stop) or None,
                include_stop_str_in_output=True,
                skip_special_tokens=False,
            )
            for request in requests
        ]
        prompts = [{"prompt_token_ids": request.ids} for request in requests]
        return [_written(answer.outputs[0]) for answer in self._llm.generate(prompts, params, use_tqdm=False)]

    def refresh(self) -> None:
        """Sends the weights, and forgets keys and values of the old ones."""
        self._sender.send_weights()
        self._llm.reset_prefix_cache()


def _shares_memory(model: PreTrainedModel) -> bool:
    """Whether another process can read its weights where they lie."""
    return bool(model.device.type == "cuda")


def _written(completion: Any) -> Written:
    tokens = list(completion.token_ids)
    return Written(tokens, [float(of[token].logprob) for token, of in zip(tokens, completion.logprobs, strict=True)])


class _InProcess:
    """What vLLM calls a weight sync client, for an ``LLM`` that this process holds."""

    def __init__(self, llm: Any) -> None:
        self._llm = llm

    def init_weight_transfer_engine(self, init_info: dict[str, Any]) -> None:
        self._llm.init_weight_transfer_engine({"init_info": init_info})

    def start_weight_update(self) -> None:
        self._llm.start_weight_update()

    def update_weights(self, update_info: Any) -> None:
        self._llm.update_weights({"update_info": update_info})

    def finish_weight_update(self, weight_version: str | None = None) -> None:
        self._llm.finish_weight_update()
