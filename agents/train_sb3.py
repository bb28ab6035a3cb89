"""Train a small network with classic reinforcement learning in a tool-use environment.

    python agents/train_sb3.py                                   MaskablePPO in TravelBooking, some minutes on a CPU
    python agents/train_sb3.py --algo ppo --out runs/sb3-ppo     or a2c, dqn: without masks
    python agents/train_sb3.py --beside runs/sb3-ppo             the other run in the same table and curves
    python agents/train_sb3.py --go-on --minutes 30              longer, from what the first one has learned

It learns on train tasks and is judged on held-out ones. Everything is written to --out: config.json, metrics.jsonl,
model.zip, evaluation.json, report.md, curves.png.
"""

from __future__ import annotations

import os
import sys

import tyro
from rich.console import Console

from ftrl_agents.classic_config import ClassicConfig
from ftrl_agents.classic_models import check_libraries
from ftrl_agents.classic_report import check_goes_on, read_run
from ftrl_agents.command import exit_code
from ftrl_agents.folder_out import check_out


def main(arguments: list[str] | None = None) -> int:
    """The command line. Returns the exit code: 2 for a wrong setting, 1 for a run that failed, 130 after Ctrl-C."""
    config = tyro.cli(ClassicConfig, args=arguments, description=__doc__, config=(tyro.conf.EnumChoicesFromValues,))
    console = Console(stderr=True)
    return exit_code(
        lambda: run(config, console),
        console,
        out_of_memory=f"Lower --envs (now {config.envs}) or --calls (now {config.calls})",
        no_room="Make room, or choose another --out",
    )


def run(config: ClassicConfig, console: Console) -> int:
    """Checks what is cheap to check, then trains."""
    check_libraries()
    if config.go_on:
        check_goes_on(config)
    for folder in config.beside:
        read_run(folder)
    check_out(config.out)
    # Before torch starts: its matrix library reads it once.
    os.environ.setdefault("OMP_NUM_THREADS", str(config.threads))
    from ftrl_agents.classic_training import train_classic

    return train_classic(config, console)


if __name__ == "__main__":
    sys.exit(main())
