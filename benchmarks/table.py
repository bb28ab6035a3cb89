"""Models side by side on the published benchmarks, in the layout of FTRL's main table.

python benchmarks/table.py --model runs/travel/checkpoints/step-000000 --model runs/travel/checkpoints/step-000044
python benchmarks/table.py --endpoint http://localhost:8000/v1 --model A --model B --published

What was played is kept under --out, so the same command goes on after an interrupt, and a further --model costs only
itself. Writes table.md, table.csv and table.png there. Data are looked for in $FTRL_DATA_DIR and in installed packages;
a benchmark that is not there is left out, with the reason. agents/evaluate.py --benchmark NAME shows each one by every
scorer and part.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console

from ftrl_agents.benchmark_run import Settings as BenchmarkSettings
from ftrl_agents.benchmark_run import find_benchmarks, play_benchmark, play_bounds
from ftrl_agents.command import run_script
from ftrl_agents.comparison import BASE, BENCHMARKS, Compared, comma_separated, compare, markdown
from ftrl_agents.config import Positive, Seed, Settings
from ftrl_agents.engine import Engine
from ftrl_agents.folder_out import check_out
from ftrl_agents.installed import MODEL, check_installed
from ftrl_agents.model_source import check_model
from ftrl_agents.run_folder import locked
from ftrl_gym.errors import UsageError
from ftrl_gym.suites.benchmark import Benchmark, Located


class Arguments(Settings):
    """Command line."""

    model: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """A local folder, a Hugging Face id, or the name at --endpoint; once for each row. Without one, the embedded base
    model."""
    endpoint: str | None = None
    """Address of an OpenAI-compatible endpoint, up to and including /v1."""
    benchmarks: tuple[str, ...] = ()
    """Names of the benchmarks to play; all of the table if left out."""
    limit: Positive | None = None
    """Tasks of each part of a benchmark, from the first on; all if left out."""
    docs: Literal["signature", "json"] = "json"
    """How tools are shown."""
    temperature: Annotated[float, tyro.conf.arg(help="Of sampling; 0 is greedy.")] = 0.0
    published: bool = False
    """Also show the paper's own rows, marked as published."""
    concurrency: Positive = 8
    """Episodes at an endpoint at once."""
    in_flight: Positive = 128
    """Episodes of a local model decoded at once."""
    max_turn_tokens: Positive | None = None
    """Own tokens of a turn; 256 for a local model and 4096 for an endpoint if left out."""
    max_episode_tokens: Positive = 32_768
    """Tokens of an episode of a local model in all; never more than its context."""
    user_endpoint: str | None = None
    """Address of the endpoint whose model plays tau-bench's users; scripted ones if left out."""
    user_model: str | None = None
    """The model's name there."""
    cache: Path | None = None
    """File that keeps an endpoint's replies."""
    retry_failed: bool = False
    """Play episodes again that failed for no fault of the policy."""
    seed: Seed = 0
    """Of the sampling."""
    out: Path = Path("runs/table")
    """Folder for episodes and tables."""


def main(command_line: list[str] | None = None) -> int:
    """The command line. Returns the exit code: 2 for a wrong setting, 1 for what failed, 130 after Ctrl-C."""
    return run_script(Arguments, run, command_line, __doc__, out_of_memory=_if_out_of_memory)


def _if_out_of_memory(arguments: Arguments) -> str:
    return f"Lower --in-flight (now {arguments.in_flight}), or take a smaller model"


def run(arguments: Arguments, console: Console) -> int:
    """Finds the data, plays what is missing, and writes the tables."""
    _check_models(arguments)
    from ftrl_agents.comparison_plot import plot_comparison

    found, notes = _found(arguments)
    check_out(arguments.out)
    settings = BenchmarkSettings(
        limit=arguments.limit,
        temperature=arguments.temperature,
        seed=arguments.seed,
        retry_failed=arguments.retry_failed,
        keywords={"docs": arguments.docs},
    )
    with locked(arguments.out), console.status("playing") as status:
        bounds = {}
        for benchmark, located in found:
            status.update(f"{benchmark.title}: floor and ceiling")
            shown = _shown(benchmark, settings)
            bounds[benchmark.name] = play_bounds(benchmark, located, shown, out=arguments.out / "bounds")
        policies = []
        for model in arguments.model or (None,):
            engine, name = _engine(arguments, model), model or "embedded base model"
            folder = arguments.out / re.sub(r"[^\w.-]+", "_", name)
            folder.mkdir(parents=True, exist_ok=True)
            scores = {}
            for benchmark, located in found:
                status.update(f"{name}: {benchmark.title}")
                shown = _shown(benchmark, settings)
                if benchmark.name == "tau-bench" and arguments.user_endpoint is not None:
                    who = {"user": "llm", "user_endpoint": arguments.user_endpoint, "user_model": arguments.user_model}
                    shown = replace(shown, keywords={**shown.keywords, **who})
                scores[benchmark.name], _ = play_benchmark(benchmark, located, engine, shown, out=folder)
            policies.append(Compared(name, scores))
    for one in policies:
        failed = sum(played.failed for played in one.scores.values())
        if failed:
            notes.append(
                f"{failed} episodes of {one.name} failed for no fault of the model and count 0: --retry-failed."
            )
        for played in one.scores.values():
            if played.overlong:
                of = sum(len(look.scores) for look in played.parts.values())
                notes.append(
                    f"{played.benchmark.title}: {played.overlong} of {of} prompts do not fit into the context of "
                    f"{one.name}, or into --max-episode-tokens, and count 0."
                )
    table = compare(policies, bounds, published=arguments.published, notes=notes)
    text = markdown(table)
    (arguments.out / "table.md").write_text(text, encoding="utf-8")
    (arguments.out / "table.csv").write_text(comma_separated(table), encoding="utf-8")
    plot_comparison(table, arguments.out / "table.png")
    print(text)
    console.print(f"wrote {arguments.out / 'table.md'}, table.csv and table.png", soft_wrap=True)
    return 0


def _check_models(arguments: Arguments) -> None:
    """The cheap look at what was named, before anything is played.

    Raises:
        UsageError: A local model or a library is not there, or an endpoint without a name for its model.
    """
    if arguments.endpoint is not None and not arguments.model:
        raise UsageError("--endpoint wants the model's name there: give it with --model")
    if (arguments.user_endpoint is None) != (arguments.user_model is None):
        raise UsageError("--user-endpoint and --user-model belong together: give both, or neither")
    check_installed("matplotlib", extra="viz")
    if arguments.endpoint is not None:
        check_installed("openai", extra="endpoint")
        return
    check_installed(*MODEL)
    for model in arguments.model:
        check_model(model)


def _found(arguments: Arguments) -> tuple[list[tuple[Benchmark, Located]], list[str]]:
    """The benchmarks that can be played, and what a reader of the table has to know of them.

    Raises:
        UsageError: One that was named cannot be played, or none can.
    """
    found, missing = find_benchmarks(arguments.benchmarks, BENCHMARKS)
    notes = [f"{name} was not played: {why}" for name, why in missing.items()]
    notes += [f"{benchmark.title}: {located.note}." for benchmark, located in found if located.note]
    if arguments.limit is not None:
        notes.append(f"Only the first {arguments.limit} tasks of each part were played.")
    return found, notes


def _engine(arguments: Arguments, model: str | None) -> Engine:
    from ftrl_agents.engine_of_model import engine_of_model

    return engine_of_model(
        model,
        docs=arguments.docs,
        endpoint=arguments.endpoint,
        concurrency=arguments.concurrency,
        cache=arguments.cache,
        in_flight=arguments.in_flight,
        max_turn_tokens=arguments.max_turn_tokens,
        max_episode_tokens=arguments.max_episode_tokens,
    )


def _shown(benchmark: Benchmark, settings: BenchmarkSettings) -> BenchmarkSettings:
    """The parts that the table shows: of a benchmark with many columns, those of one."""
    if benchmark.name != BASE.benchmark:
        return settings
    return replace(settings, parts=next(one.parts for one in benchmark.columns if one.key == BASE.column))


if __name__ == "__main__":
    sys.exit(main())
