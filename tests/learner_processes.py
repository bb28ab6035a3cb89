"""One update of the toy's policy by as many processes as it is launched in; the first writes the weights."""

from __future__ import annotations

import sys

import torch
from accelerate import Accelerator
from learner_toy import LetterEnv, make_model, make_tokenizer

from ftrl_agents.config import UpdateConfig
from ftrl_agents.learner import Learner
from ftrl_agents.processes import Processes
from ftrl_agents.rollout import collect


def main(settings: str, path: str) -> None:
    torch.set_num_threads(1)
    accelerator, tokenizer = Accelerator(cpu=True), make_tokenizer()
    tasks = [(LetterEnv, turns) for turns in ("2", "3", "1", "2", "1")]
    own = range(accelerator.process_index, len(tasks), accelerator.num_processes)
    model = make_model(tokenizer)
    episodes = collect(
        model, tokenizer, [tasks[n] for n in own], groups=list(own), temperature=0.9, seed=5, group_size=4,
        max_turn_tokens=9,
    )  # fmt: skip
    learner = Learner(model, UpdateConfig.model_validate_json(settings), 0.9, accelerator)
    if learner.config.kl:
        learner.set_reference(make_model(tokenizer, seed=1))
    stats = [learner.update(episodes, seed=step) for step in range(2)]
    if accelerator.is_main_process:
        torch.save({"weights": model.state_dict(), "heads": learner.heads(), "stats": stats[-1]._asdict()}, path)
    del learner
    Processes(accelerator).end()


if __name__ == "__main__":
    main(*sys.argv[1:])
