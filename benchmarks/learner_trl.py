"""TRL's side of ``speed.py learner``: ``GRPOTrainer`` with environments, as its documentation has it, set to be fast.

What is set in its favour: no gradient checkpointing (its default), float32 kernels as for us, no logging, no saving,
no reference model, one optimizer step for each batch of episodes (its default, with which it needs no second forward
pass for the old log-probabilities), and ``MICRO`` episodes in a pass. Each task is an environment class of
its own, which is how TRL offers tools that differ from task to task.

The chat template is ours without its part about tools: the documents stand in the system message, so that the prompt
has the same tokens as ours. TRL's own code is not changed: the script comes in as a logits processor of ``generate``,
and the clock is read around two of its methods.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from inspect import Parameter, Signature
from typing import Any

import gymnasium as gym
from learner_ours import LEARNING_RATE, Cost
from learner_scripts import GROUP, Forced, Scripts
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase, TrainerCallback

from ftrl_gym.errors import UsageError

MICRO = 16
"""Episodes in one pass of its update; with 4 and with 32 it took as long, within what repetitions differ by."""
NO_TOOLS = "{%- set tools = none -%}"


class TrlSide:
    """A trainer that is asked for one step after the other.

    Args:
        model: Its weights change.
        tokenizer: Of the scripts; not changed.
        make: Makes environments.
        scripts: What is played.
        clock: In seconds.
        on_cpu: Whether to leave an accelerator alone.

    Raises:
        UsageError: TRL is not installed; says how to install it.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        make: Callable[[], gym.Env[str, str]],
        scripts: Scripts,
        clock: Callable[[], float],
        on_cpu: bool,
    ) -> None:
        try:
            from trl.chat_template_utils import qwen3_template
        except ImportError as error:
            raise UsageError(
                f"the comparison needs TRL ({error}): pip install 'trl>=1.16,<2', or leave it out with --without-trl"
            ) from None
        self.scripts, self.clock, self.on_cpu = scripts, clock, on_cpu
        self.tokenizer = type(tokenizer).from_pretrained(tokenizer.name_or_path)
        self.tokenizer.chat_template = NO_TOOLS + str(tokenizer.chat_template)
        self.tokenizer.response_template = qwen3_template  # Hermes calls, which are also Qwen's
        self.model, self.make = model, make
        self.costs: list[Cost] = []
        self._rollout = self._generate = 0.0

    def run(self, steps: int, between: Callable[[], None]) -> list[Cost]:
        """So many steps; ``between`` is called after each, while its clock stands still."""
        from datasets import Dataset
        from trl import GRPOConfig, GRPOTrainer

        prompts = self.scripts.prompts
        rows = [
            {
                "prompt": [{"role": "system", "content": one.system}, {"role": "user", "content": one.question}],
                "environment": one.task,
            }
            for one in prompts
        ]
        episodes = len(prompts) * GROUP
        micro = min(MICRO, episodes)
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            config = GRPOConfig(
                output_dir=folder,
                use_cpu=self.on_cpu,
                bf16=False,
                gradient_checkpointing=False,
                per_device_train_batch_size=micro,
                gradient_accumulation_steps=episodes // micro,
                num_generations=GROUP,
                max_completion_length=6144,
                max_steps=steps,
                learning_rate=LEARNING_RATE,
                temperature=1.0,
                shuffle_dataset=False,
                report_to="none",
                save_strategy="no",
                logging_strategy="no",
                disable_tqdm=True,
                dataloader_pin_memory=False,
            )
            trainer = GRPOTrainer(
                model=self.model,
                args=config,
                processing_class=self.tokenizer,
                train_dataset=Dataset.from_list(rows),
                environment_factory={one.task: environment(self.make, one.task, one.tools) for one in prompts},
                reward_funcs=paid,
                callbacks=[_Steps(self, between)],
            )
            self._instrument(trainer)
            trainer.train()
        return self.costs

    def _instrument(self, trainer: Any) -> None:
        """Reads the clock around rollouts, and around ``generate``, which gets the script."""
        rollout, generate = trainer._generate_and_score_completions, self.model.generate

        def timed_rollout(inputs: Any) -> Any:
            begun = self.clock()
            found = rollout(inputs)
            self._rollout += self.clock() - begun
            return found

        def timed_generate(input_ids: Tensor, attention_mask: Tensor, **given: Any) -> Any:
            taken: Counter[tuple[int, ...]] = Counter()
            so_far = [ids[mask.bool()].tolist() for ids, mask in zip(input_ids, attention_mask, strict=True)]
            turns = [self.scripts.turn(ids, taken) for ids in so_far]
            forced = Forced(turns, input_ids.shape[1], int(self.tokenizer.pad_token_id))
            begun = self.clock()
            found = generate(input_ids=input_ids, attention_mask=attention_mask, logits_processor=[forced], **given)
            self._generate += self.clock() - begun
            return found

        trainer._generate_and_score_completions = timed_rollout
        self.model.generate = timed_generate

    def begin(self) -> None:
        """A step begins."""
        self._rollout = self._generate = 0.0
        self._begun = self.clock()

    def end(self) -> None:
        """It is over."""
        whole = self.clock() - self._begun
        self.costs.append(Cost(self._rollout, whole - self._rollout, self._generate))


class _Steps(TrainerCallback):  # type: ignore[misc]
    def __init__(self, side: TrlSide, between: Callable[[], None]) -> None:
        self.side, self.between = side, between

    def on_step_begin(self, *args: Any, **kwargs: Any) -> None:
        self.side.begin()

    def on_step_end(self, *args: Any, **kwargs: Any) -> None:
        self.side.end()
        self.between()


def environment(make: Callable[[], gym.Env[str, str]], task: str, tools: Sequence[str]) -> type:
    """A class as TRL wants it: a method for each tool of a task, played in our environment."""

    class TaskEnvironment:
        def __init__(self) -> None:
            self._env = make()

        def reset(self, **row: Any) -> None:
            self._env.reset(options={"task": task})

        def _step(self, text: str) -> str:
            info = self._env.step(text)[4]
            return str(info["messages"][0]["content"]) if info["messages"] else ""

    for name in tools:
        setattr(TaskEnvironment, name, _tool(name))
    return TaskEnvironment


def paid(completions: Sequence[Any], environments: Sequence[Any], **rest: Any) -> list[float]:
    """Ends each episode in its environment, which scores it as for us; pays by place, so that every group teaches."""
    for completion, env in zip(completions, environments, strict=True):
        env._step(str(completion[-1]["content"]))
    return [float(place % GROUP) for place in range(len(completions))]


def _tool(name: str) -> Callable[..., str]:
    def call(self: Any, **arguments: Any) -> str:
        told: str = self._step(f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call>")
        return told

    call.__name__, call.__doc__ = name, f"The tool {name}."
    # Its document stands in the prompt, so TRL need not make one from the arguments.
    call.__annotations__ = {"return": str}
    call.__signature__ = Signature([Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)])  # type: ignore[attr-defined]
    return call
