"""Evaluates a policy on held-out tasks: overall, by kind and by tool, pass@k and pass^k, with confidence intervals.

python agents/evaluate.py                                            the embedded base model in TravelBooking
python agents/evaluate.py --model runs/travel/checkpoints/step-000040
python agents/evaluate.py --model Qwen/Qwen3-0.6B --docs json --samples 8 --temperature 1 --out runs/qwen
python agents/evaluate.py --endpoint http://localhost:8000/v1 --model NAME --docs json --out runs/endpoint
python agents/evaluate.py --policy oracle                            or random, retrieval, ..., or module:factory
python agents/evaluate.py --env ftrl/FTRL-v0 --path test.jsonl       rows of the FTRL data set
python agents/evaluate.py --benchmark rotbench --endpoint http://localhost:8000/v1 --model NAME --out runs/rotbench
                                                                     a published benchmark, scored as its authors do

With --out every finished episode is kept, and the same command goes on after an interrupt.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro
from pydantic import Field
from rich.console import Console

from ftrl_agents.benchmark_run import Settings as BenchmarkSettings
from ftrl_agents.benchmark_run import play_benchmark, play_bounds, wanted
from ftrl_agents.command import run_script
from ftrl_agents.config import NotNegative, Positive, Seed, Settings, Share, Temperatures, Thinking
from ftrl_agents.engine import Engine
from ftrl_agents.engine_of_model import engine_of_model
from ftrl_agents.envs import NAMESPACE, env_factory, task_ids
from ftrl_agents.folder_out import check_out
from ftrl_agents.model_source import check_model
from ftrl_agents.played_log import PlayedLog
from ftrl_agents.run_folder import locked
from ftrl_gym.cli.target import keyword_of
from ftrl_gym.errors import UsageError
from ftrl_gym.registration import FOREIGN, SUITES
from ftrl_gym.suites.catalogue import benchmark_named, benchmark_with
from ftrl_gym.version import __version__

if TYPE_CHECKING:
    from ftrl_agents.evaluation_run import Outcome


class Arguments(Settings):
    """Command line."""

    model: str | None = None
    """A local folder or a Hugging Face id of a causal LM; without one, the embedded base model. With --endpoint, the
    model's name there."""
    endpoint: str | None = None
    """Address of an OpenAI-compatible endpoint; its path is /v1 if left out."""
    policy: str | None = None
    """A policy that needs no model: oracle, random, silent, retrieval, ..., or a module and what makes it, as
    module:factory."""
    env: str = "ftrl/TravelBooking-v0"
    """Gymnasium id."""
    path: Path | None = None
    """The file that ftrl/FTRL-v0 plays."""
    benchmark: str | None = None
    """A published benchmark in place of --env, such as rotbench: by every scorer, with intervals, and beside what a
    perfect and a thoughtless policy get."""
    data: Path | None = None
    """Folder with the benchmark's data. If left out, $FTRL_DATA_DIR, an installed package that brings them, and the
    Hugging Face hub are looked in."""
    parts: list[str] | None = None
    """Parts of the benchmark to play, such as clean heavy; all if left out."""
    limit: Positive | None = None
    """Tasks of each part of the benchmark, from the first on; all if left out."""
    set: list[str] | None = None
    """Settings of the benchmark, KEYWORD=VALUE, such as user=llm user_endpoint=URL user_model=NAME in tau-bench: who
    plays its users. The bounds are played without them."""
    bounds: bool = True
    """Also play the benchmark's own policies on the same tasks: what a score means."""
    split: Literal["train", "test"] | None = None
    """Which tasks; "test" if left out, and all rows of a file."""
    docs: Literal["signature", "json"] | None = None
    """How tools are shown; json in a benchmark and signature elsewhere if left out."""
    difficulty: Share | None = None
    """Only tasks up to this difficulty, from 0 to 1."""
    tasks: Positive = 400
    """How many, from the first on."""
    samples: Positive = 1
    """Episodes of each task; more than one give pass@k and pass^k."""
    temperatures: Annotated[Temperatures | None, tyro.conf.arg(aliases=["--temperature"])] = None
    """One evaluation each; 0 is greedy. If left out, 0 and 1 for a local model, and 0 for everything else."""
    in_flight: Positive = 128
    """Episodes of a local model decoded at once; lower it when memory runs out."""
    concurrency: Positive = 8
    """Episodes at an endpoint at once."""
    max_turn_tokens: Positive | None = None
    """Own tokens of a turn; 256 for a local model and 4096 for an endpoint if left out."""
    max_episode_tokens: Annotated[int | None, Field(ge=64)] = None
    """Tokens of an episode of a local model in all; if left out, 32768 in a benchmark and 4096 elsewhere, and never
    more than the model's context."""
    thinking: Thinking = Thinking.KEEP
    """Whether later turns of a local model see what a turn thought, between <think> and </think>."""
    request_seconds: Annotated[float, Field(gt=0)] = 120.0
    """How long a request to an endpoint may take."""
    episode_seconds: Annotated[float, Field(gt=0)] = 900.0
    """How long an episode at an endpoint may take."""
    retries: Annotated[int, Field(ge=0)] = 4
    """How often a request is sent again that failed for a passing reason."""
    key_variable: str | None = None
    """Environment variable with the endpoint's key, where it wants one; FTRL_LLM_KEY, else OPENAI_API_KEY if left
    out."""
    cache: Path | None = None
    """File that keeps an endpoint's replies, so that no request is paid for twice, whatever --out is."""
    retry_failed: bool = False
    """Play episodes in --out again that failed for no fault of the policy."""
    seed: Seed = 0
    """Of the sampling."""
    threads: Positive = 1
    """Torch threads."""
    out: Path | None = None
    """Folder for scores, transcripts and report; the same command goes on with what it holds."""


def main(command_line: list[str] | None = None) -> int:
    """The command line. Returns the exit code: 2 for a wrong setting, 1 for what failed, 130 after Ctrl-C."""
    return run_script(Arguments, run, command_line, __doc__, out_of_memory=_if_out_of_memory)


def _if_out_of_memory(arguments: Arguments) -> str:
    return f"Lower --in-flight (now {arguments.in_flight}), or take a smaller model"


def run(arguments: Arguments, console: Console) -> int:
    """Checks, loads, plays, prints, and writes what was asked for; the cheap checks come first."""
    check_source(arguments)
    if arguments.benchmark is not None:
        return run_benchmark(arguments, arguments.benchmark, console)
    if any(given is not None for given in (arguments.data, arguments.parts, arguments.limit, arguments.set)):
        raise UsageError("--data, --parts, --limit and --set are for a benchmark: name one with --benchmark")
    keywords = env_keywords(arguments)
    make = env_factory(arguments.env, **keywords)
    ids = task_ids(make)[: arguments.tasks]
    if not ids:
        raise UsageError(f"{arguments.env} has no such task: raise --difficulty")
    if arguments.out:
        check_out(arguments.out)

    from ftrl_agents.evaluation_run import score_tasks
    from ftrl_agents.report import print_pass_rates, print_summary, write_summary

    if arguments.policy is not None:
        from ftrl_agents.policy_by_name import scripted_engine

        engine: Engine = scripted_engine(arguments.policy, arguments.env, keywords, ids, arguments.seed)
    else:
        engine = model_engine(arguments, keywords["docs"])
    outcomes: list[Outcome] = []
    with ExitStack() as stack:
        if arguments.out:
            stack.enter_context(locked(arguments.out))
        status = stack.enter_context(console.status("playing"))
        for temperature in temperatures_of(arguments):
            log = opened(arguments, engine, keywords, temperature)
            with ExitStack() as files:
                if log is not None:
                    files.enter_context(log)
                outcome = score_tasks(
                    engine,
                    make,
                    ids,
                    samples=arguments.samples,
                    temperature=temperature,
                    seed=arguments.seed,
                    log=log,
                    retry_failed=arguments.retry_failed,
                    on_episode=lambda done, of: status.update(f"{done} of {of} episodes"),
                )
            outcomes.append(outcome)
            if arguments.out:
                outcome.evaluation.save(arguments.out / f"evaluation_{temperature:g}.json")
    looks = [outcome.evaluation for outcome in outcomes]
    title = f"{engine.name} on {len(ids)} tasks of {arguments.env}"
    print_summary(looks, title)
    if arguments.samples > 1:
        print_pass_rates(looks, arguments.samples)
    notes = failures(outcomes, [one.label for one in looks])
    for note in notes:
        console.print(note, soft_wrap=True, highlight=False, markup=False)
    if arguments.out:
        write_summary(looks, arguments.samples, arguments.out / "report.md", title, notes)
        kept = sum(outcome.kept for outcome in outcomes)
        said = f" ({kept} episodes were there)" if kept else ""
        console.print(f"wrote {arguments.out / 'report.md'}{said}", soft_wrap=True)
    return 0


def run_benchmark(arguments: Arguments, name: str, console: Console) -> int:
    """The same in a published benchmark, part by part."""
    usual = Arguments()
    if arguments.tasks != usual.tasks:
        raise UsageError("--tasks is for --env: --limit says how many tasks of each part of a benchmark are played")
    if arguments.env != usual.env or arguments.path or arguments.split or arguments.difficulty is not None:
        raise UsageError("a benchmark has its own tasks: leave --env, --path, --split and --difficulty out")
    benchmark = benchmark_named(name)
    located = benchmark.locate(arguments.data)
    wanted(benchmark, arguments.parts or ())
    if arguments.out:
        check_out(arguments.out)

    from ftrl_agents.benchmark_report import print_tables, write_tables
    from ftrl_agents.report import print_pass_rates

    docs = arguments.docs or "json"
    if arguments.policy is not None:
        from ftrl_agents.policy_by_name import benchmark_engine

        engine: Engine = benchmark_engine(arguments.policy, benchmark)
    else:
        engine = model_engine(arguments, docs)
    with ExitStack() as stack:
        if arguments.out:
            stack.enter_context(locked(arguments.out))
        status = stack.enter_context(console.status("playing"))
        for temperature in arguments.temperatures or [0.0]:
            settings = BenchmarkSettings(
                parts=tuple(arguments.parts or ()),
                limit=arguments.limit,
                samples=arguments.samples,
                temperature=temperature,
                seed=arguments.seed,
                retry_failed=arguments.retry_failed,
                keywords={"docs": docs, **dict(map(keyword_of, arguments.set or ()))},
            )
            scores, outcomes = play_benchmark(
                benchmark,
                located,
                engine,
                settings,
                out=arguments.out,
                on_episode=lambda part, done, of: status.update(f"{part}: {done} of {of} episodes"),
            )
            below = arguments.out and arguments.out / "bounds"
            plain = replace(settings, keywords={"docs": docs})
            bounds = play_bounds(benchmark, located, plain, out=below, but=arguments.policy) if arguments.bounds else []
            print_tables(scores, bounds)
            if arguments.samples > 1:
                for part, look in scores.parts.items():
                    console.print(f"{benchmark.title}, {part}:", highlight=False)
                    print_pass_rates([look], arguments.samples)
            notes = [*([f"Data: {located.note}."] if located.note else []), *failures(outcomes, list(scores.parts))]
            for note in notes:
                console.print(note, soft_wrap=True, highlight=False, markup=False)
            if arguments.out:
                report = arguments.out / f"{benchmark.name}_{temperature:g}.md"
                write_tables(scores, bounds, report, notes)
                kept = sum(outcome.kept for outcome in outcomes)
                said = f" ({kept} episodes were there)" if kept else ""
                console.print(f"wrote {report}{said}", soft_wrap=True)
    return 0


def check_source(arguments: Arguments) -> None:
    """One policy is named, and a local model is there.

    Raises:
        UsageError: It is not so.
    """
    if arguments.policy is not None:
        if arguments.model is not None or arguments.endpoint is not None:
            raise UsageError("--policy needs no model: leave --model and --endpoint out")
    elif arguments.endpoint is not None:
        if arguments.model is None:
            raise UsageError("--endpoint wants the model's name there: give it with --model")
    elif arguments.model is not None:
        check_model(arguments.model)


def env_keywords(arguments: Arguments) -> dict[str, Any]:
    """Those of ``gym.make``.

    Raises:
        UsageError: A file for an environment that plays none, or the other way round; or a benchmark's environment.
    """
    keywords: dict[str, Any] = {"docs": arguments.docs or "signature"}
    benchmark = benchmark_with(arguments.env) if arguments.env.removeprefix(NAMESPACE) in FOREIGN else None
    if benchmark is not None:
        raise UsageError(
            f"{arguments.env} is scored by {benchmark.title}'s own rules, part by part: play it with --benchmark "
            f"{benchmark.name}, and say with --parts and --data which tasks"
        )
    if arguments.env.removeprefix(NAMESPACE) in SUITES:
        if arguments.path is None:
            raise UsageError(f"{arguments.env} plays the rows of a file: give --path, such as --path test.jsonl")
        if arguments.difficulty is not None:
            raise UsageError(f"the rows of {arguments.env} have no difficulty: leave --difficulty out")
        return keywords | {"path": arguments.path, "split": arguments.split}
    if arguments.path is not None:
        raise UsageError(f"{arguments.env} plays no file: leave --path out, or give --env ftrl/FTRL-v0")
    return keywords | {"split": arguments.split or "test", "difficulty": arguments.difficulty}


def temperatures_of(arguments: Arguments) -> Sequence[NotNegative]:
    """Those given, or the usual ones of what plays."""
    local = arguments.policy is None and arguments.endpoint is None
    return arguments.temperatures or ([0.0, 1.0] if local else [0.0])


def model_engine(arguments: Arguments, docs: str) -> Engine:
    """The language model that plays: behind an endpoint, or here.

    Raises:
        UsageError: There is no such model.
    """
    return engine_of_model(
        arguments.model,
        docs=docs,
        endpoint=arguments.endpoint,
        key_variable=arguments.key_variable,
        concurrency=arguments.concurrency,
        request_s=arguments.request_seconds,
        episode_s=arguments.episode_seconds,
        retries=arguments.retries,
        cache=arguments.cache,
        in_flight=arguments.in_flight,
        max_turn_tokens=arguments.max_turn_tokens,
        max_episode_tokens=arguments.max_episode_tokens or (4096 if arguments.benchmark is None else 32_768),
        threads=arguments.threads,
        thinking=arguments.thinking,
    )


def opened(arguments: Arguments, engine: Engine, keywords: dict[str, Any], temperature: float) -> PlayedLog | None:
    """The log of one temperature; its header holds all that decides an episode.

    Raises:
        UsageError: It was made with other settings.
    """
    if arguments.out is None:
        return None
    pinned = {name: str(value) if isinstance(value, Path) else value for name, value in keywords.items()}
    if arguments.path is not None:
        pinned["path"] = hashlib.blake2b(arguments.path.read_bytes(), digest_size=8).hexdigest()
    settings = {"env": arguments.env, **pinned, **engine.pinned(), "temperature": temperature}
    settings |= {"seed": arguments.seed, "version": __version__}
    return PlayedLog(arguments.out / f"episodes_{temperature:g}.jsonl", settings)


def failures(outcomes: Sequence[Outcome], names: Sequence[str]) -> list[str]:
    """What must not be overlooked: episodes that could not be begun, or say nothing of the policy.

    Args:
        outcomes: Of what was played.
        names: Of each, for a reader.
    """
    notes = []
    for name, one in zip(names, outcomes, strict=True):
        of = f"of {len(one.evaluation.scores)} episodes ({name})"
        if one.overlong:
            notes.append(
                f"{one.overlong} {of} have a prompt that does not fit into the model's context or "
                "--max-episode-tokens, and are scored 0"
            )
        if one.failed:
            notes.append(
                f"{one.failed} {of} failed for no fault of the policy and are scored 0; one of them so: {one.example}. "
                "Play them again with --retry-failed"
            )
    return notes


if __name__ == "__main__":
    sys.exit(main())
