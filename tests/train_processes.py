"""A run of the toy's policy in as many processes as it is launched in, from a configuration; prints its exit code.

With ``FTRL_TEST_BLOW=<what>@<process>@<step>`` one process is sent a signal or loses its environment while it samples.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import Any

import gymnasium as gym
from learner_toy import LetterEnv, make_model, make_tokenizer
from rich.console import Console

from ftrl_agents import sampling
from ftrl_agents.config import TrainConfig
from ftrl_agents.policy import Policy
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


def main(settings: str) -> int:
    gym.register("toy/Letters-v0", entry_point=LetterEnv)
    config, tokenizer = TrainConfig.model_validate_json(settings), make_tokenizer()
    if blow := os.environ.get("FTRL_TEST_BLOW"):
        blow_at(*blow.split("@"))
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
