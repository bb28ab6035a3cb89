"""The ``ftrl-gym`` command: list, show, play, verify, calibrate, stats, export, build, serve, doctor.

A user's mistake is one message on stderr and exit code 2, never a traceback. Each command is a module of its own and
imports what it needs when it runs, so that the command starts fast.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from ftrl_gym.errors import FtrlGymError
from ftrl_gym.version import __version__

BASELINE_TASKS = 40
"""Tasks of each split that ``verify`` lets the shallow baselines play."""
_TEMPERATURE = "whims of retrieval, first-row and template-parser (default: 0.5); 0: always the same"
_FIT = "training tasks that the template parser learns from (default: 400)"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code: 0 fine, 1 a check failed, 2 a user's mistake, 130 interrupted."""
    arguments = _parser().parse_args(argv)
    module = importlib.import_module(f"ftrl_gym.cli.{arguments.module}")
    try:
        code: int = module.run(arguments)
        return code
    except FtrlGymError as error:
        print(f"ftrl-gym: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nftrl-gym: interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("ftrl-gym", description="Environments for learning to use tools.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    listing = commands.add_parser("list", help="the environments and what each holds")
    listing.set_defaults(module="listing")

    show = commands.add_parser("show", help="an environment, or one of its tasks with its plans and proof")
    _add_id(show)
    show.add_argument("task", nargs="?", metavar="TASK", help="id of a task; without it the scenario")
    _add_settings(show)
    show.set_defaults(module="showing")

    play = commands.add_parser("play", help="be the policy yourself")
    _add_id(play)
    play.add_argument("--task", help="id of a task; a random one if left out")
    play.add_argument("--split", choices=("train", "test"), help="which tasks (default: train)")
    play.add_argument("--seed", type=_seed, help="of the random task")
    _add_settings(play)
    play.set_defaults(module="playing")

    verify = commands.add_parser("verify", help="replay the oracle and the probes, check the certificates")
    _add_id(verify)
    verify.add_argument("--split", choices=("train", "test"), help="only this split (default: both)")
    verify.add_argument("--limit", type=_count, help="at most so many tasks of each split")
    verify.add_argument(
        "--baselines",
        type=_seed,
        default=BASELINE_TASKS,
        metavar="N",
        help=f"tasks of each split that the shallow baselines play (default: {BASELINE_TASKS}); 0 leaves them out",
    )
    verify.set_defaults(module="verifying")

    calibrate = commands.add_parser("calibrate", help="how often a policy passes each task; which tasks teach it")
    _add_id(calibrate)
    calibrate.add_argument("--policy", required=True, metavar="NAME", help="such as retrieval or my_module:my_factory")
    calibrate.add_argument("--tasks", type=_count, default=40, metavar="N", help="how many (default: 40)")
    calibrate.add_argument("--group", type=_count, default=8, metavar="N", help="episodes of each task (default: 8)")
    calibrate.add_argument("--split", choices=("train", "test"), default="test", help="which tasks (default: test)")
    calibrate.add_argument("--features", nargs="*", metavar="F", help="dials; none named keeps plain look-ups")
    calibrate.add_argument("--always", nargs="+", metavar="F", help="dials that every task has")
    calibrate.add_argument("--seed", type=_seed, default=0, help="of the tasks drawn (default: 0)")
    calibrate.add_argument("--temperature", type=float, default=0.5, metavar="T", help=_TEMPERATURE)
    calibrate.add_argument("--fit", type=_count, default=400, metavar="N", help=_FIT)
    calibrate.add_argument("--out", metavar="FILE", help="write a line of JSON for each task")
    _add_settings(calibrate)
    calibrate.set_defaults(module="calibrating")

    stats = commands.add_parser("stats", help="what tasks are like in figures, ours and FTRL's side by side")
    stats.add_argument(
        "sources", nargs="+", metavar="ID|FILE", help="such as TravelBooking, or a .jsonl file of FTRL rows"
    )
    stats.add_argument("--split", choices=("train", "test"), help="only this split of an ID (default: both)")
    stats.add_argument("--no-run", action="store_true", help="run no tool: leaves out the leaks that need it")
    stats.add_argument("--json", action="store_true", help="print JSON, one object for each source")
    endless = stats.add_argument_group("new tasks of an ID that can be built")
    endless.add_argument("--endless", type=_count, metavar="N", help="make so many instead of the packaged ones")
    endless.add_argument("--difficulty", type=float, metavar="D", help="0 to 1 (default: drawn for each)")
    endless.add_argument("--features", nargs="+", metavar="F", help="dials, each on in half of the tasks")
    endless.add_argument("--always", action="store_const", const=True, help="each of these in all tasks that can")
    endless.add_argument("--variant", metavar="V", help="design of the tools, or any (default: 0, the plain one)")
    stats.set_defaults(module="measuring")

    export = commands.add_parser("export", help="tasks as FTRL rows, or as parquet for datasets or verl")
    _add_id(export)
    export.add_argument("--format", required=True, metavar="FORMAT", help="ftrl, datasets or verl")
    export.add_argument("--out", required=True, metavar="PATH", help="the file to write")
    export.add_argument("--split", choices=("train", "test"), default="train", help="which tasks (default: train)")
    export.add_argument("--tasks", type=_count, metavar="N", help="at most so many tasks (default: all)")
    export.add_argument("--docs", default="json", help="how prompts show tools: json (default) or signature")
    export.add_argument("--force", action="store_true", help="replace the file if it is there")
    export.set_defaults(module="exporting")

    build = commands.add_parser("build", help="make a scenario: one of ours, all, or your own from its file")
    _add_building(build)
    build.set_defaults(module="building")

    serve = commands.add_parser("serve", help="an environment's tools for clients of a protocol")
    serve.add_argument("protocol", metavar="PROTOCOL", help="mcp: the Model Context Protocol; openenv: OpenEnv")
    _add_id(serve)
    serve.add_argument(
        "--http", metavar="[HOST:]PORT", help="listen there; without it mcp takes stdin and stdout, openenv 8000"
    )
    serve.add_argument("--task", help="id of a task; a random one for each episode if left out")
    serve.add_argument("--split", choices=("train", "test"), help="which tasks (default: train)")
    serve.add_argument("--seed", type=_seed, help="of the random tasks")
    serve.add_argument("--most", type=_count, default=1024, metavar="N", help="episodes at once (default: 1024)")
    serve.add_argument("--idle", type=float, default=1800, metavar="S", help="seconds until a left one goes (1800)")
    _add_settings(serve)
    serve.set_defaults(module="serving")

    doctor = commands.add_parser("doctor", help="which protection against foreign tools is active, and how to mend it")
    doctor.set_defaults(module="examining")
    return parser


def _add_building(build: argparse.ArgumentParser) -> None:
    build.add_argument("what", nargs="?", metavar="NAME|FILE", help="a scenario such as Clinic, or your my_shop.py")
    build.add_argument("--file", help="the same as naming a file")
    build.add_argument("--seed", type=_seed, help="another one gives other worlds and tasks")
    build.add_argument("--kind", nargs="+", metavar="KIND", help="only tasks of these kinds, such as multi_hop")
    whole = build.add_argument_group("a whole scenario")
    whole.add_argument("--all", action="store_true", help="every scenario there is")
    whole.add_argument("--out", metavar="DIR", help="the registry that gets its folder (default: your data folder)")
    whole.add_argument("--train", type=_count, metavar="N", help="training tasks (default: 2000)")
    whole.add_argument("--test", type=_count, metavar="N", help="test tasks (default: 400)")
    whole.add_argument("--variants", type=_count, metavar="N", help="tool designs 1 to N instead of the plain one")
    whole.add_argument("--tasks", type=_count, metavar="N", help="tasks of each variant (default: 100), or with --llm")
    whole.add_argument("--jobs", type=_count, metavar="N", help="processes (default: one for each core, at most 4)")
    whole.add_argument("--pack", action="store_true", help="compress it: a sixth of the size, not for the eye")
    whole.add_argument("--restart", action="store_true", help="delete what an interrupted build has left")
    _add_model(build.add_argument_group("written by a language model (docs/build-with-a-model.md)"))
    single = build.add_argument_group("the stages of one task")
    single.add_argument("--until", metavar="STAGE", help="decompose, document, integrate, scale or deploy")
    single.add_argument("--show", action="store_true", help="print what came out, for reading (default)")
    single.add_argument("--json", action="store_true", help="print it as JSON")
    single.add_argument("--save", metavar="FILE", help="store it, to go on from it later")
    single.add_argument("--from", metavar="FILE", dest="stored", help="go on from a stored stage")
    single.add_argument("--split", choices=("train", "test"), help="which phrasings (default: train)")
    single.add_argument("--difficulty", type=float, metavar="D", help="0 to 1 (default: drawn)")
    single.add_argument("--variant", type=_seed, metavar="V", help="design of the tools (default: 0, the plain one)")
    single.add_argument("--features", nargs="+", metavar="F", help="user, state, rules, long and others")


def _add_model(model: argparse._ArgumentGroup) -> None:
    model.add_argument("--domain", metavar="WORDS", help="what the tasks are to be about, such as 'museum loans'")
    model.add_argument("--questions", metavar="FILE", help="questions to take apart: .txt, .jsonl or .csv")
    model.add_argument("--functions", metavar="FILE", help="a Python file whose functions are the tools; see --trust")
    model.add_argument("--trust", action="store_true", help="let the code of --functions run, outside the sandbox")
    model.add_argument("--mcp", metavar="COMMAND", help="starts a Model Context Protocol server that has the tools")
    model.add_argument(
        "--llm", metavar="URL", help="an OpenAI-compatible endpoint, or local (default: OPENAI_BASE_URL)"
    )
    model.add_argument("--model", metavar="M", help="its model")
    model.add_argument("--name", metavar="NAME", help="what the scenario is called (default: made of the domain)")
    model.add_argument("--concurrency", type=_count, metavar="N", help="requests at the same time (default: 1)")
    model.add_argument("--max-tokens-total", type=_count, metavar="N", help="stop before more tokens than these")
    model.add_argument("--price-in", type=float, metavar="P", help="price of a million prompt tokens, for the report")
    model.add_argument("--price-out", type=float, metavar="P", help="price of a million completion tokens")
    model.add_argument("--tries", type=_count, metavar="N", help="replies to one request, at most (default: 4)")
    model.add_argument("--mends", type=_seed, metavar="N", help="times a task goes back to a stage (default: 3)")
    model.add_argument("--sampling", metavar="JSON", help="""what each request carries: '{"temperature": 0.7}'""")
    model.add_argument("--prompts", metavar="DIR", help="your own prompts in place of the packaged ones")


def _add_id(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="such as ftrl/TravelBooking-v0, or just TravelBooking")


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEYWORD=VALUE",
        dest="settings",
        help="a keyword of gym.make, such as docs=signature, path=rows.jsonl or features='[\"state\"]'; may be given "
        "several times",
    )


def _count(text: str) -> int:
    return _whole(text, 1)


def _seed(text: str) -> int:
    return _whole(text, 0)


def _whole(text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text!r:.80} is not a whole number of at least {least}")
    return int(text)
