"""A run of the toy's policy in as many processes as it is launched in, from a configuration; prints its exit code.

With ``FTRL_TEST_BLOW=<what>@<process>@<step>`` one process is sent a signal or loses its environment while it samples.
With ``ACCELERATE_USE_FSDP=true`` the weights are cut into parts, which accelerate does not do by itself on a CPU.
With ``ACCELERATE_USE_DEEPSPEED=true`` DeepSpeed trains, without what it would compile for processes on one CPU.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import Any

import gymnasium as gym
from accelerate import Accelerator
from accelerate.state import AcceleratorState, PartialState
from accelerate.utils import DistributedType, FullyShardedDataParallelPlugin
from learner_toy import LetterEnv, make_model, make_tokenizer
from rich.console import Console

from ftrl_agents import sampling
from ftrl_agents import train as train_module
from ftrl_agents.config import TrainConfig
from ftrl_agents.policy import Policy
from ftrl_agents.processes import launched
from ftrl_agents.train import train
from ftrl_gym.errors import FtrlGymError


def blow_at(what: str, process: str, step: str) -> None:
    """Arranges for it."""
    original = sampling.collect

    def collect(*arguments: Any, **keywords: Any) -> Any:
        if keywords["seed"] == int(step) and os.environ["RANK"] == process:
            if what == "broken":
                raise FtrlGymError("the toy broke")
            signal.raise_signal(signal.Signals[what])
        return original(*arguments, **keywords)

    sampling.collect = collect  # type: ignore[attr-defined]


def sharded() -> Accelerator:
    """What ``launched`` gives where there are GPUs and accelerate's settings ask for FSDP2."""
    accelerator = launched()
    plugin = FullyShardedDataParallelPlugin()
    accelerator.state.fsdp_plugin = plugin
    AcceleratorState._shared_state["distributed_type"] = DistributedType.FSDP
    PartialState._shared_state["distributed_type"] = DistributedType.FSDP
    return accelerator


def main(settings: str) -> int:
    gym.register("toy/Letters-v0", entry_point=LetterEnv)
    config, tokenizer = TrainConfig.model_validate_json(settings), make_tokenizer()
    if blow := os.environ.get("FTRL_TEST_BLOW"):
        blow_at(*blow.split("@"))
    if os.environ.get("ACCELERATE_USE_DEEPSPEED"):
        import deepspeed.ops

        deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False
    if os.environ.get("ACCELERATE_USE_FSDP"):
        train_module.launched = sharded  # type: ignore[attr-defined]
    policy = None if config.resume else Policy(make_model(tokenizer), tokenizer)
    said = Console(file=io.StringIO(), width=200)
    try:
        code = train(config, said, policy)
    except FtrlGymError as error:
        code = f"{type(error).__name__}: {error}"  # type: ignore[assignment]
    print(f"process {os.environ.get('RANK', '0')}: {code}")
    print(said.file.getvalue())  # type: ignore[attr-defined]
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
