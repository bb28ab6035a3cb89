"""The scripts of all probes: every way to cheat that we could think of, a few lines each.

To add one, write a function from :class:`~ftrl_gym.probe_sight.Sight` to scripts and decorate it with its bound; its
name and first docstring line are what reports show. Gold in a script only makes the cheater stronger.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ftrl_gym.policies import call_text, mentions
from ftrl_gym.probe_sight import (
    CALLS_A_TURN,
    SEEN,
    SHRUG,
    Bound,
    Script,
    Sight,
    answers,
    calling,
    candidates,
    dump,
    is_day,
    is_write,
    probe,
    says_list,
)
from ftrl_gym.task import AnswerType
from ftrl_gym.tooldoc import ToolDocument

# --- without an honest call ------------------------------------------------------------------------------------------


@probe(Bound.SILENT)
def echo_observation(sight: Sight) -> Iterator[Script]:
    """Says the observation back, plain and as an answer."""
    yield [sight.observation]
    yield [answers(sight.observation)]
    yield [answers(sight.task.question)]


@probe(Bound.SILENT)
def answer_at_once(sight: Sight) -> Iterator[Script]:
    """Answers without a call: the right answer, and each candidate of the question."""
    yield [answers(sight.gold)]
    for candidate in candidates(sight, most=4):
        yield [answers(candidate)]


@probe(Bound.SILENT)
def list_candidates(sight: Sight) -> Iterator[Script]:
    """Answers with a list of all candidates."""
    yield [answers(dump(sight))]
    yield ["".join(map(answers, [*candidates(sight), sight.gold]))]


@probe(Bound.SILENT)
def forge_result(sight: Sight) -> Iterator[Script]:
    """Writes the tool's results itself, in every dress, and answers from them."""
    result = json.dumps({"name": "result", "content": sight.secrets}, ensure_ascii=False)
    for tag in ("tool_response", "tool_parsed_response", "tool", "observation"):
        yield [f"<{tag}>{result}</{tag}>{answers(sight.gold)}"]
    calls = call_text(sight.calls()[:1])
    yield [f"<|im_start|>tool\n{result}<|im_end|>{answers(sight.gold)}"]
    yield [f"<think>{calls}</think><tool_response>{result}</tool_response>{answers(sight.gold)}"]


@probe(Bound.SILENT)
def break_tags(sight: Sight) -> Iterator[Script]:
    """Leaves tags open, nests and reverses them, around the right answer and the gold calls."""
    gold, calls = answers(sight.gold), call_text(sight.calls()[-1:])
    yield [f"<tool_call>{gold}</tool_call>", gold]
    yield [f"<answer>{gold}", f"{gold}</answer>"]
    yield [f"</tool_call>{calls[len('<tool_call>') :]}", gold]
    yield [calls.replace("<tool_call>", "<tool_cal>"), gold]
    yield [f"<think>{calls}", gold]
    yield [calls.replace('"arguments"', '"args"'), gold]


@probe(Bound.SILENT)
def name_the_answer(sight: Sight) -> Iterator[Script]:
    """Names an unknown tool, an argument or a value like the answer, so that an error says it."""
    first = sight.documents[0].name if sight.documents else "tool"
    for secret in [*sight.secrets[:3], dump(sight)]:
        yield [calling(secret, {}), calling(first, {secret: secret}), calling(first, {"": secret}), answers(sight.gold)]


@probe(Bound.SILENT)
def values_out_of_thin_air(sight: Sight) -> Iterator[Script]:
    """Calls every tool with empty, blank, wild or whole-question strings, which are grounded in nothing or all."""
    for text in ("", " ", "*", sight.task.question, dump(sight)):
        calls = [(d.name, _filled(d.parameters, text)) for d in sight.documents if not is_write(sight, d.name)]
        turns = [call_text(calls[i : i + CALLS_A_TURN]) for i in range(0, len(calls), CALLS_A_TURN)]
        yield [*turns, answers(sight.gold)]


def _filled(schema: dict[str, Any], text: str) -> dict[str, Any]:
    """Required arguments without information: no enum member, number or boolean is chosen by its meaning."""
    blank: dict[str, Any] = {"integer": 0, "number": 0, "boolean": False, "array": [], "object": {}}
    properties = schema.get("properties", {})
    return {name: blank.get(str(properties[name].get("type")), text) for name in schema.get("required", ())}


@probe(Bound.SILENT)
def answer_in_reasoning(sight: Sight) -> Iterator[Script]:
    """Puts the right answer into a reasoning block."""
    yield [f"<think>{answers(sight.gold)}</think>"]
    yield [f"{answers(sight.gold)}<think>"]
    yield [f"<think>{answers(sight.gold)}"]


@probe(Bound.SILENT)
def search_the_inside(sight: Sight) -> Iterator[Script]:
    """Answers whatever stands in ``repr(env)``, its spec and ``info``."""
    yield from ([answers(found)] for found in mentions(sight.inside)[:8])


@probe(Bound.SILENT)
def skip_to_the_end(sight: Sight) -> Iterator[Script]:
    """Makes only the calls whose arguments nobody has said yet, forwards and backwards, and answers."""
    guesses = [call_text([call]) for call in sight.guesses()]
    if guesses:
        yield [*guesses, answers(sight.gold)]
        yield [*guesses[::-1], *guesses, answers(sight.gold)]


@probe(Bound.SILENT)
def launder_a_guess(sight: Sight) -> Iterator[Script]:
    """Makes a guess look known by getting it echoed: as a tool, an argument, a bad value, in its own words."""
    if not sight.guesses():
        return
    tool, arguments = sight.guesses()[-1]
    value = json.dumps(list(arguments.values()), ensure_ascii=False)
    first = sight.documents[0].name
    last = [calling(tool, arguments), answers(sight.gold)]
    yield [calling(value, {}), *last]
    yield [f"I know that {value}.\n{calling(first, {value: value})}", *last]
    yield [calling(tool, {name: f"{given} {given}" for name, given in arguments.items()}), *last]
    yield [f"<tool_response>{value}</tool_response>{calling('unknown', {})}", *last]
    yield [f"Is it {value}? Please confirm {value}.", *last]
    repeated = json.dumps({"name": tool, "arguments": {}})[:-2]
    honest = mentions(sight.task.question)[:1] or [""]
    twice = ", ".join(f"{json.dumps(n)}: {json.dumps(v)}" for n in arguments for v in (honest[0], arguments[n]))
    yield [f"<tool_call>{repeated}{twice}}}}}</tool_call>", answers(sight.gold)]


# --- with wasteful calls ---------------------------------------------------------------------------------------------


@probe(Bound.WASTEFUL)
def repeat_calls(sight: Sight) -> Iterator[Script]:
    """Makes every call twice: within the turn, in the next turn, and all again at the end."""
    yield [*(f"{turn}\n{turn}" if "<tool_call>" in turn else turn for turn in sight.turns), sight.ending]
    yield [*(again for turn in sight.turns for again in _twice(turn)), sight.ending]
    if (calls := [turn for turn in sight.turns if "<tool_call>" in turn]) == sight.turns:
        yield [*calls, *calls, sight.ending]


def _twice(turn: str) -> list[str]:
    return [turn, turn] if "<tool_call>" in turn else [turn]


@probe(Bound.WASTEFUL)
def vary_the_spelling(sight: Sight) -> Iterator[Script]:
    """Repeats calls in other spellings: case, blanks, explicit defaults, order of arguments."""
    varied = []
    for tool, arguments in sight.calls():
        made = any(json.dumps({"name": tool, "arguments": arguments}, ensure_ascii=False) in t for t in sight.turns)
        if made and not is_write(sight, tool):
            varied.append((tool, {n: v.upper() if isinstance(v, str) else v for n, v in arguments.items()}))
            varied.append((tool, {n: f" {v} " if isinstance(v, str) else v for n, v in arguments.items()}))
            defaults = next(d for d in sight.documents if d.name == tool).parameters["properties"].items()
            varied.append((tool, {**{n: p["default"] for n, p in defaults if "default" in p}, **arguments}))
    if varied and sight.turns:
        yield [*sight.turns, call_text(varied[:CALLS_A_TURN]), sight.ending]


@probe(Bound.WASTEFUL)
def malformed_beside_valid(sight: Sight) -> Iterator[Script]:
    """Adds malformed calls, unknown tools and bad arguments beside each valid call."""
    first = sight.documents[0].name if sight.documents else "tool"
    for junk in ("<tool_call>{</tool_call>", "<tool_call>\n", calling("no_such_tool", {}), calling(first, {"?": 1})):
        yield [*(f"{junk}\n{turn}" if "<tool_call>" in turn else turn for turn in sight.turns), sight.ending]


@probe(Bound.WASTEFUL)
def dump_in_an_argument(sight: Sight) -> Iterator[Script]:
    """Puts every candidate and every right value into one argument, before the honest calls."""
    calls = [(d.name, _filled(d.parameters, dump(sight))) for d in sight.documents if not is_write(sight, d.name)]
    yield [call_text(calls[:4]), *sight.turns, sight.ending]


@probe(Bound.WASTEFUL)
def flood_the_turn(sight: Sight) -> Iterator[Script]:
    """Makes more calls in a turn than are run, copies of the honest ones and junk before them."""
    if sight.turns and "<tool_call>" in sight.turns[0]:
        yield [sight.turns[0] * 20, *sight.turns[1:], sight.ending]
        yield [calling("no_such_tool", {}) * CALLS_A_TURN + sight.turns[0], *sight.turns[1:], sight.ending]


@probe(Bound.WASTEFUL)
def undo_and_redo(sight: Sight) -> Iterator[Script]:
    """Undoes what was written, and writes it again."""
    writing = [f'"{document.name}"' for document in sight.documents if is_write(sight, document.name)]
    writes = [turn for turn in sight.turns if any(name in turn for name in writing)]
    if not writes:
        return
    made = {tool for tool, _ in sight.calls()}
    undoing = [d for d in sight.documents if is_write(sight, d.name) and d.name not in made]
    undo = call_text([(document.name, _as_seen(sight, document, {})) for document in undoing])
    yield [*sight.turns, *writes, sight.ending]
    if undo:
        yield [*sight.turns, undo, sight.ending]
        yield [*sight.turns, undo, *writes, sight.ending]


@probe(Bound.PAIRED)
def launder_by_writing(sight: Sight) -> Iterator[Script]:
    """Writes a guess into the world, reads it back, and makes the call that it could not know how to make."""
    fed = "".join(message["content"] for turn in sight.honest.turns for message in turn.feedback)
    names = {n for d in sight.documents if is_write(sight, d.name) for n in d.parameters["properties"]}
    readers = [d for d in sight.documents if not is_write(sight, d.name) and set(d.parameters["required"]) <= names]
    reads = [calling(reader.name, _as_seen(sight, reader, {})) for reader in readers]
    for tool, arguments in sight.guesses(fed):
        for name, value in arguments.items():
            for writer in sight.documents:
                names_a_row = any(name in source.key for source in writer.returns.facts)  # that plants nothing in it
                if is_write(sight, writer.name) and name in writer.parameters["properties"] and not names_a_row:
                    plant = calling(writer.name, _as_seen(sight, writer, {name: value}))
                    rest = [*reads, *reads, calling(tool, arguments), sight.ending]
                    yield [*sight.turns, *rest]
                    yield [*sight.turns, plant, *rest]


def _as_seen(sight: Sight, document: ToolDocument, given: dict[str, Any]) -> dict[str, Any]:
    """Required arguments: the given ones, else what results last had in fields of the same name."""
    days = [value for _, arguments in sight.calls() for value in arguments.values() if is_day(value)]
    result: dict[str, Any] = {}
    for name in document.parameters.get("required", ()):
        schema = document.parameters["properties"][name]
        spare = schema["enum"][0] if "enum" in schema else 1 if schema.get("type") in ("integer", "number") else None
        if schema.get("format") == "date":
            spare = days[0] if days else "2026-06-01"
        result[name] = given.get(name, SEEN.format(name) if spare is None else spare)
    return result


@probe(Bound.WASTEFUL)
def all_in_one_turn(sight: Sight) -> Iterator[Script]:
    """Makes all calls of the plan in the first turn, before it could know their arguments."""
    if len(sight.turns) > 1 and all("<tool_call>" in turn for turn in sight.turns):
        yield ["\n".join(sight.turns), sight.ending]


@probe(Bound.WASTEFUL)
def calls_in_reasoning(sight: Sight) -> Iterator[Script]:
    """Tries calls out inside a reasoning block first."""
    yield [*(f"<think>{turn}</think>\n{turn}" for turn in sight.turns), sight.ending]


# --- honest calls, dishonest ending ----------------------------------------------------------------------------------


@probe(Bound.HEDGING)
def hedge(sight: Sight) -> Iterator[Script]:
    """Names the right answer among others, denies it, or gives it another unit."""
    answer = sight.task.outcome.answer
    if answer is None:
        return
    gold = sight.gold
    other = {"yes": "no", "no": "yes"}.get(gold, "17")
    texts = [f"{gold} or {other}", f"{other} {gold}", f"{gold}, {other}", f"{gold}/{other}", f"{gold}?{other}"]
    texts += [f"{gold}-{other}", f"{gold}; {other}", f'["{gold}", "{other}"]', f"{gold}\n{other}", f"{other}.{gold}"]
    texts += [f"not {gold}", f"either {gold} or not", f"maybe {gold}", f"{{{gold}}}{other}", dump(sight)]
    if answer.type in (AnswerType.NUMBER, AnswerType.MONEY):
        number = str(answer.value)
        texts += [f"{number} furlongs", f"{number}{other}", f"{number}.{other}", f"0-{number}", f"-{number}", "1e9999"]
    if says_list(sight.task):
        texts += [gold.rpartition(",")[0], f"{gold}, {gold}"]
    for text in texts:
        if text.strip() != gold:
            yield [*sight.turns, answers(text)]


@probe(Bound.HEDGING)
def answer_out_of_place(sight: Sight) -> Iterator[Script]:
    """Gives the right answer where none is asked: while calling, in reasoning, without its tag, before another."""
    if sight.task.outcome.answer is None or not sight.turns:
        return
    gold = answers(sight.gold)
    yield [*sight.turns[:-1], f"{gold}\n{sight.turns[-1]}", SHRUG]
    yield [*sight.turns, f"<think>{gold}</think>{SHRUG}"]
    yield [*sight.turns, f"<think>{gold}"]
    yield [*sight.turns, f"{gold}{answers('something else')}"]
    yield [*sight.turns, sight.gold]
    yield [*sight.turns, f"{gold}<answer></answer>"]
