"""What training costs elsewhere: general abilities before and after it, with the difference and its interval.

python benchmarks/general.py --before Qwen/Qwen3-0.6B --after runs/qwen/checkpoints/step-000100 --tasks mmlu gsm8k
python benchmarks/general.py --small --after runs/travel/checkpoints/step-000044

The first asks lm-eval's suites: mmlu bbh gsm8k hendrycks_math humaneval mbpp, or any task of it by name. The second is
for models too small for them, such as the embedded one: next-token loss on text, and Solve-F1 in scenarios, that nobody
trained on. Scores are kept under --out for each model and task, so the same command goes on after an interrupt.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console

from ftrl_agents.command import run_script
from ftrl_agents.config import Positive, Settings
from ftrl_agents.evaluation import Interval, bootstrap
from ftrl_agents.folder_out import check_out
from ftrl_agents.general_tasks import SUITES, check_tasks, title_of
from ftrl_agents.installed import MODEL, check_installed
from ftrl_agents.model_source import check_model
from ftrl_agents.run_folder import locked
from ftrl_gym.errors import UsageError

if TYPE_CHECKING:
    from ftrl_agents.policy import Policy

UNSEEN = 208
"""Tasks of unseen scenarios, where nothing else was said."""
FOR_SUITES = ("tasks", "task_folder", "batch", "chat", "run_code")
"""Settings that say nothing of --small."""

Scores = dict[str, float]
"""An example -> its score."""


class Arguments(Settings):
    """Command line."""

    before: str | None = None
    """Folder or Hugging Face id of the model before training; the embedded base model if left out."""
    after: str | None = None
    """The model after it; if left out, one model is measured."""
    tasks: tuple[str, ...] = tuple(name for name, suite in SUITES.items() if not suite.runs_code)
    """Names in lm-eval."""
    task_folder: Path | None = None
    """Folder with tasks of your own, in lm-eval's YAML."""
    limit: Positive | None = None
    """Examples of each task, from the first on; all if left out, and 208 with --small."""
    batch: Positive = 8
    """Examples at once."""
    chat: bool = False
    """Put questions through the chat template."""
    run_code: bool = False
    """Allow humaneval and mbpp, which run what the model writes, without a sandbox."""
    small: bool = False
    """In place of lm-eval: loss on unseen text and Solve-F1 in unseen scenarios, for small models."""
    text: Path | None = None
    """With --small: a file of held-out text of your own, paragraphs apart by blank lines, in place of conversations."""
    threads: Positive = 1
    """Torch threads."""
    out: Path = Path("runs/general")
    """Folder for scores and report."""


def main(command_line: list[str] | None = None) -> int:
    """The command line. Returns the exit code: 2 for a wrong setting, 1 for what failed, 130 after Ctrl-C."""
    return run_script(Arguments, run, command_line, __doc__, out_of_memory=_if_out_of_memory)


def _if_out_of_memory(arguments: Arguments) -> str:
    return f"Lower --batch (now {arguments.batch}), or take a smaller model"


def run(arguments: Arguments, console: Console) -> int:
    """Checks, measures what is missing, and writes the table."""
    models = [arguments.before, *([arguments.after] if arguments.after is not None else [])]
    for model in models:
        if model is not None:
            check_model(model)
    _check_goes_together(arguments)
    check_installed(*MODEL)
    if arguments.text is not None and not arguments.text.is_file():
        raise UsageError(f"there is no file {str(arguments.text)!r}; --text is a file of text")
    if not arguments.small:
        check_tasks(arguments.tasks, arguments.task_folder, arguments.run_code)
    check_out(arguments.out)
    if arguments.run_code:
        os.environ["HF_ALLOW_CODE_EVAL"] = "1"  # what the metric of both suites asks for
    with locked(arguments.out), console.status("measuring") as status:
        measured = [_measured(arguments, model, status.update) for model in models]
    text = report([model or "embedded base model" for model in models], measured)
    (arguments.out / "general.md").write_text(text, encoding="utf-8")
    print(text)
    console.print(f"wrote {arguments.out / 'general.md'}", soft_wrap=True)
    return 0


def _check_goes_together(arguments: Arguments) -> None:
    """No setting is one that would not be looked at.

    Raises:
        UsageError: One is.
    """
    usual = Arguments()
    unused = [
        name
        for name in (FOR_SUITES if arguments.small else ("text",))
        if getattr(arguments, name) != getattr(usual, name)
    ]
    if unused:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in unused)
        other = "is for lm-eval, which --small does not ask" if arguments.small else "is for --small"
        raise UsageError(f"{flags} {other}: leave the one or the other out")


def _measured(arguments: Arguments, model: str | None, tell: Callable[[str], None]) -> dict[str, Scores]:
    """Every task's scores of one model; those that the folder holds are read."""
    import torch

    from ftrl_agents.policy import load_policy

    torch.set_num_threads(arguments.threads)
    loaded: list[Policy] = []

    def policy() -> Policy:
        if not loaded:
            loaded.append(load_policy(model))
        return loaded[0]

    makers = _small(arguments, policy) if arguments.small else _suites(arguments, policy)
    found = {}
    for title, make in makers.items():
        path = arguments.out / f"{_pinned(arguments, model, title)}.json"
        if not path.exists():
            tell(f"{model or 'embedded base model'}: {title}")
            draft = path.with_suffix(".tmp")
            draft.write_text(json.dumps({"model": model, "task": title, "scores": make()}) + "\n", encoding="utf-8")
            os.replace(draft, path)
        found[title] = json.loads(path.read_text(encoding="utf-8"))["scores"]
    return found


def _suites(arguments: Arguments, policy: Callable[[], Policy]) -> dict[str, Callable[[], Scores]]:
    from ftrl_agents.general_tasks import score_task

    def maker(task: str) -> Callable[[], Scores]:
        return lambda: score_task(
            policy(),
            task,
            folder=arguments.task_folder,
            limit=arguments.limit,
            batch=arguments.batch,
            chat=arguments.chat,
            run_code=arguments.run_code,
        )

    return {title_of(task): maker(task) for task in arguments.tasks}


def _small(arguments: Arguments, policy: Callable[[], Policy]) -> dict[str, Callable[[], Scores]]:
    from ftrl_agents import general_small

    count = arguments.limit or UNSEEN

    def loss() -> Scores:
        model = policy()
        if arguments.text is None:
            texts = general_small.conversations_in(general_small.unseen_tasks(count), model)
        else:
            parts = [one.strip() for one in arguments.text.read_text(encoding="utf-8").split("\n\n")]
            ids = [model.tokenizer(one)["input_ids"] for one in parts if one]
            texts = [np.asarray(one) for one in ids if len(one) > 1][: arguments.limit]
            if not texts:
                raise UsageError(f"{arguments.text} holds no text")
        return _numbered(general_small.next_token_losses(model, texts))

    def solved() -> Scores:
        return _numbered(general_small.solve_f1(policy(), general_small.unseen_tasks(count)))

    return {"Loss on unseen text (nats a token)": loss, "Solve-F1 in unseen scenarios": solved}


def _numbered(values: Sequence[float]) -> Scores:
    return {str(number): value for number, value in enumerate(values)}


def _pinned(arguments: Arguments, model: str | None, title: str) -> str:
    """A file name that differs with all that decides the scores."""
    from ftrl_agents.base_model import BASE_FOLDER
    from ftrl_agents.weight_files import digest

    folder = BASE_FOLDER if model is None else Path(model)
    weights = digest(folder) if folder.is_dir() else str(model)
    own = [path.read_text(encoding="utf-8") for path in sorted((arguments.task_folder or Path("-")).rglob("*.yaml"))]
    text = arguments.text.read_text(encoding="utf-8") if arguments.text else ""
    settings = [weights, title, arguments.limit, arguments.chat, own, text]
    name = "".join(letter if letter.isalnum() else "_" for letter in title.split("(")[0].strip())
    return f"{name}_{hashlib.blake2b(json.dumps(settings).encode(), digest_size=8).hexdigest()}"


def report(names: Sequence[str], measured: Sequence[dict[str, Scores]]) -> str:
    """The table as Markdown.

    Args:
        names: Of one model, or of two: before and after.
        measured: Their scores by task.
    """
    both = len(measured) == 2
    lines = [["", "n", *(["before", "after", "difference"] if both else ["mean"])]]
    lines.append(["---"] * len(lines[0]))
    for title, scores in measured[0].items():
        cells = [str(len(scores)), *(str(bootstrap(list(one[title].values()))) for one in measured)]
        if both:
            after = measured[1][title]
            paired = bootstrap([after[example] - value for example, value in scores.items()])
            cells.append(_signed(paired))
        lines.append([title, *cells])
    said = " and ".join(f"{when}: {name}" for when, name in zip(("before", "after"), names, strict=False))
    return "\n".join(
        [
            f"# General abilities, {said if both else names[0]}",
            "",
            "Mean [95% bootstrap interval over examples]; the difference is paired.",
            "",
            *(f"| {' | '.join(cells)} |" for cells in lines),
            "",
        ]
    )


def _signed(gain: Interval) -> str:
    return f"{gain.mean:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]"


if __name__ == "__main__":
    sys.exit(main())
