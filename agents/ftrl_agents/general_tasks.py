"""General abilities of a policy by ``lm-eval``: a score for each example, so that two policies compare in pairs.

The six suites of :data:`SUITES` are those by which FTRL's paper shows that nothing is lost; any other task of lm-eval,
or of a folder of one's own, goes by its name there. HumanEval and MBPP run what the model writes, in this process: only
where that was asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftrl_gym.errors import MissingExtraError, UnknownNameError, UsageError

if TYPE_CHECKING:
    from ftrl_agents.policy import Policy


@dataclass(frozen=True)
class Suite:
    """A suite as lm-eval knows it."""

    title: str
    filter: str
    """How an answer is read out of a reply, where there are several ways."""
    runs_code: bool = False


SUITES: Mapping[str, Suite] = {
    "mmlu": Suite("MMLU", "none"),
    "bbh": Suite("BBH", "get-answer"),
    "gsm8k": Suite("GSM8K", "flexible-extract"),
    "hendrycks_math": Suite("MATH", "none"),
    "humaneval": Suite("HumanEval", "create_test", runs_code=True),
    "mbpp": Suite("MBPP", "none", runs_code=True),
}
"""Name in lm-eval -> what it is."""


def title_of(task: str) -> str:
    """How tables call a task."""
    return SUITES[task].title if task in SUITES else task


def check_tasks(tasks: Sequence[str], folder: Path | None, run_code: bool) -> None:
    """Looks at what was asked for before a model is loaded.

    Args:
        tasks: Names in lm-eval.
        folder: With tasks of one's own, as YAML.
        run_code: Whether code that a model writes may run.

    Raises:
        MissingExtraError: lm-eval is not installed.
        UnknownNameError: There is no such task.
        UsageError: A task runs code, and that was not allowed; or there is no such folder.
    """
    if folder is not None and not folder.is_dir():
        raise UsageError(f"there is no folder {str(folder)!r}; --task-folder holds tasks of lm-eval as .yaml files")
    risky = [task for task in tasks if task in SUITES and SUITES[task].runs_code]
    if risky and not run_code:
        raise UsageError(
            f"{', '.join(risky)} runs the code that a model writes, in this process and without a sandbox. In a "
            "container or a machine that may break, add --run-code; else leave it out of --tasks"
        )
    known = _manager(folder).all_tasks
    for task in tasks:
        if task not in known:
            raise UnknownNameError("task of lm-eval", task, known, "--task-folder DIR adds tasks of your own")


def score_task(
    policy: Policy,
    task: str,
    *,
    folder: Path | None = None,
    limit: int | None = None,
    batch: int = 8,
    chat: bool = False,
    run_code: bool = False,
) -> dict[str, float]:
    """The score of every example of a task.

    Args:
        policy: The model that is asked, as it is loaded: no request leaves this machine.
        task: Name in lm-eval, of a task or of a group of tasks.
        folder: With tasks of one's own.
        limit: Examples of each task, from the first on; None is all.
        batch: Examples at once.
        chat: Whether questions go through the chat template.
        run_code: Whether code that the model writes may run.

    Returns:
        Task and number of the example, such as ``"gsm8k/17"``, to its score.

    Raises:
        UsageError: The task's data cannot be had, or it scores no single examples.
    """
    with lm_eval_alone():
        from lm_eval import simple_evaluate
        from lm_eval.models.huggingface import HFLM

        device = str(policy.model.device)
        model = HFLM(pretrained=policy.model, tokenizer=policy.tokenizer, device=device, batch_size=batch)
        try:
            result = simple_evaluate(
                model,
                tasks=[task],
                task_manager=_manager(folder),
                limit=limit,
                apply_chat_template=chat,
                bootstrap_iters=0,
                log_samples=True,
                confirm_run_unsafe_code=run_code,
            )
        except (OSError, ValueError) as error:  # what the hub's client raises without a network, or without the data
            text = " ".join(str(error).split())[:300]
            raise UsageError(f"the data of {task} cannot be had: {text}. Load them once while connected") from None
    wanted = SUITES[task].filter if task in SUITES else None
    return {
        f"{name}/{number}": value
        for name, samples in result["samples"].items()
        for number, value in _values(name, samples, wanted).items()
    }


def _values(task: str, samples: Sequence[Mapping[str, Any]], wanted: str | None) -> dict[int, float]:
    """Number of an example -> its score, by the task's first metric and one of its filters."""
    filters = list(dict.fromkeys(str(sample["filter"]) for sample in samples))
    chosen = wanted if wanted in filters else filters[-1]
    found: dict[int, float] = {}
    for sample in samples:
        if sample["filter"] == chosen:
            value = sample[sample["metrics"][0]]
            if not isinstance(value, int | float):
                raise UsageError(f"{task} has no score for a single example, so two policies cannot be compared by it")
            found[int(sample["doc_id"])] = float(value)
    return found


@lru_cache(maxsize=2)
def _manager(folder: Path | None) -> Any:
    with lm_eval_alone():
        try:
            from lm_eval.tasks import TaskManager
        except ImportError as error:
            raise MissingExtraError(f"lm-eval ({error.name})", "general") from None
        return TaskManager(include_path=None if folder is None else str(folder))


@contextmanager
def lm_eval_alone() -> Iterator[None]:
    """While lm-eval works, ``import evaluate`` finds the package of that name, not the script in ``agents/``."""
    scripts = [path for path in sys.path if (Path(path or ".") / "ftrl_agents").is_dir()]
    ours = sys.modules.get("evaluate")
    shadowing = ours is not None and Path(getattr(ours, "__file__", None) or "").parent.name == "agents"
    before = list(sys.path)
    sys.path[:] = [path for path in sys.path if path not in scripts]
    if shadowing:
        del sys.modules["evaluate"]
    try:
        yield
    finally:
        sys.path[:] = before
        if shadowing and ours is not None:
            sys.modules["evaluate"] = ours
