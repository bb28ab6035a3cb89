"""Where training changed a model, and what each change is worth.

python agents/analyze_updates.py runs/travel/checkpoints/step-000000 runs/travel/checkpoints/step-000044
python agents/analyze_updates.py BEFORE AFTER --restore              what remains of the score without each block
python agents/analyze_updates.py Qwen/Qwen3-8B my-tuned-qwen --out analysis

Writes changes.md, changes.csv and changes.png; with --restore also restored.md and played.jsonl, with which the same
command goes on after an interrupt.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from ftrl_agents.command import run_script
from ftrl_agents.config import Seed, Settings
from ftrl_agents.folder_out import check_out
from ftrl_agents.restored_config import RestoredConfig
from ftrl_agents.weight_files import WeightFiles, check_comparable, checkpoint_folder


class Arguments(Settings):
    """Command line."""

    before: tyro.conf.Positional[str]
    """The checkpoint that training began with: a folder or a Hugging Face id."""
    after: tyro.conf.Positional[str]
    """The checkpoint that it ended with."""
    out: Path = Path("runs/analysis")
    """Folder for tables and pictures."""
    seed: Seed = 0
    """Of the search for singular values, and of sampling in episodes."""
    restore: bool = False
    """Play held-out tasks with one block at a time put back to its old weights, and with only that block new."""
    play: Annotated[RestoredConfig, tyro.conf.arg(name="")] = RestoredConfig()


def main(command_line: list[str] | None = None) -> int:
    """The command line. Returns the exit code: 2 for a wrong setting, 1 for what failed, 130 after Ctrl-C."""
    return run_script(Arguments, run, command_line, __doc__, out_of_memory=_if_out_of_memory)


def _if_out_of_memory(arguments: Arguments) -> str:
    return f"Lower --in-flight (now {arguments.play.in_flight}); --restore holds both models in memory"


def run(arguments: Arguments, console: Console) -> int:
    """Compares the weights; then, if asked to, plays."""
    before, after = (WeightFiles(checkpoint_folder(name)) for name in (arguments.before, arguments.after))
    check_comparable(before, after)
    check_out(arguments.out)

    from ftrl_agents.restored_run import restore
    from ftrl_agents.weight_change import weight_changes
    from ftrl_agents.weight_report import changed_text, draw, in_words, write_csv

    with console.status("comparing") as status:
        changes = weight_changes(before, after, arguments.seed, lambda name: status.update(f"comparing {name}"))
    title = f"Change of weights, {arguments.before} to {arguments.after}"
    (arguments.out / "changes.md").write_text(changed_text(changes, title), encoding="utf-8")
    write_csv(changes, arguments.out / "changes.csv")
    draw(changes, arguments.out / "changes.png", "Change of weights by training")
    print(in_words(changes))
    print(f"Tables and picture: {arguments.out / 'changes.md'}, changes.csv, changes.png")
    if arguments.restore:
        restore(arguments.play, before.folder, after.folder, arguments.out, arguments.seed, changes, console)
    return 0


if __name__ == "__main__":
    sys.exit(main())
