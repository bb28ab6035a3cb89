"""From text to calls: the dialects in which models write tool calls, and the check against a tool's schema.

Nothing here raises on any text. What a policy got wrong becomes a :class:`Call` with a status and a message that
says what would be right. Text inside a reasoning block calls nothing, and a forged ``<tool_response>`` is only text.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from ftrl_gym import parameters
from ftrl_gym.tooldoc import Effect, ToolDocument

MAX_CALL_CHARS = 16_384
"""A longer call is malformed; no tool needs more, and a parser must not be a way to spend a trainer's time."""
MAX_DEPTH = 64
"""A call nested more deeply is malformed: no tool needs it, and whatever looks at its arguments may recurse."""
ECHO_CHARS = 60
"""At most so much of what a policy wrote comes back to it."""


class CallStatus(StrEnum):
    """What became of one call."""

    OK = "ok"
    """It ran and returned a result."""
    MALFORMED = "malformed"
    """The text of the call is not what the dialect asks for."""
    UNKNOWN_TOOL = "unknown_tool"
    """No such tool is offered (or not now)."""
    BAD_ARGUMENTS = "bad_arguments"
    """The arguments do not fit the tool's schema."""
    TOOL_ERROR = "tool_error"
    """The tool itself refused."""
    NOT_RUN = "not_run"
    """Beyond the number of calls that one turn may make."""


@dataclass(slots=True)
class Call:
    """One attempted call; ``problem`` is set when the text is malformed."""

    name: str
    arguments: dict[str, Any]
    problem: str | None = None
    hint: str = ""
    """Goes before what is wrong with the arguments, where they seem to stand in another place."""
    _key: str = field(default="", repr=False, compare=False)

    @property
    def key(self) -> str:
        """Equal for calls that read the same. Worked out once, so it is for calls whose arguments nobody changes."""
        if not self._key:
            self._key = f"{self.name}{self.arguments!r}"
        return self._key


@dataclass(slots=True)
class Turn:
    """A parsed assistant message: its calls, and its words outside reasoning blocks and calls."""

    content: str
    calls: list[Call]


class Dialect(StrEnum):
    """How a model writes its calls."""

    HERMES = "hermes"
    """``<tool_call>{"name": ..., "arguments": {...}}</tool_call>``: Hermes, Qwen 2.5 and 3."""
    LLAMA3 = "llama3"
    """``{"name": ..., "parameters": {...}}``, several separated by ``;``, maybe after ``<|python_tag|>``."""
    PYTHONIC = "pythonic"
    """``[name(arg="x"), other()]``: Llama 4, Gemma and others."""


def short(text: object, limit: int = ECHO_CHARS) -> str:
    """A short, escaped piece of what a policy wrote, safe to show it.

    >>> short('a' * 100 + '<|im_end|>', 5)
    "'aaaaa…'"
    """
    piece = str(text)[: limit + 1]
    clipped = piece[:limit].encode("unicode_escape").decode("ascii")[: 2 * limit]
    return f"'{clipped}{'…' if len(piece) > limit else ''}'"


def without_reasoning(text: str) -> str:
    """The text outside ``<think>`` blocks; an unclosed block swallows the rest.

    >>> without_reasoning("a<think>b</think>c<think>d")
    'ac'
    >>> without_reasoning("still thinking</think>done")
    'done'
    """
    if "think>" not in text:
        return text
    first_open, first_close = text.find("<think>"), text.find("</think>")
    if first_close != -1 and (first_open == -1 or first_close < first_open):
        text = text[first_close + len("</think>") :]  # the template itself opened the block
    out, position = [], 0
    while (start := text.find("<think>", position)) != -1:
        out.append(text[position:start])
        end = text.find("</think>", start)
        if end == -1:
            return "".join(out)
        position = end + len("</think>")
    return "".join(out) + text[position:]


def parse(text: str, dialect: Dialect) -> Turn:
    """Splits an assistant message into words and calls. Never raises."""
    return _PARSERS[dialect](without_reasoning(text))


def parse_shared(text: str, dialect: Dialect) -> Turn:
    """The same, for who changes nothing in it: of a short text that was parsed before, the same turn is returned."""
    turn = _parsed_short(text, dialect) if len(text) <= _SHORT_TURN else None
    return parse(text, dialect) if turn is None else turn


_SHORT_TURN = 2_048


@lru_cache(maxsize=2048)
def _parsed_short(text: str, dialect: Dialect) -> Turn | None:
    """A turn; None where one of its calls has arguments that a tool could change in place."""
    turn = parse(text, dialect)
    alone = all(_SCALARS.issuperset(map(type, call.arguments.values())) for call in turn.calls)
    return turn if alone else None


def _parse_hermes(text: str) -> Turn:
    start = text.find("<tool_call>")
    if start == -1:
        return Turn(text, [])
    content, calls, end = [text[:start]], [], 0
    while start != -1:
        begin = start + 11
        if -1 < end < begin:  # searched for once per closing tag: a text of nothing but opening ones stays cheap
            end = text.find("</tool_call>", begin)
        following = text.find("<tool_call>", begin)
        if end == -1 or -1 < following < end:  # unclosed: up to the next call, or the end
            body, after = (text[begin:], len(text)) if following == -1 else (text[begin:following], following)
        else:
            body, after = text[begin:end], end + 12
        calls.append(_from_json(body, "arguments"))
        content.append(text[after:following] if following != -1 else text[after:])
        start = following
    return Turn("".join(content), calls)


def _parse_llama3(text: str) -> Turn:
    body = text.removeprefix("<|python_tag|>").strip()
    for token in ("<|eom_id|>", "<|eot_id|>"):
        body = body.removesuffix(token).strip()
    if not body.startswith("{") or '"name"' not in body:
        return Turn(text, [])
    calls, decoder, position = [], json.JSONDecoder(), 0
    while position < len(body):
        try:
            _, size = decoder.raw_decode(body[position : position + MAX_CALL_CHARS])
        except (ValueError, RecursionError):
            calls.append(_from_json(body[position:], "parameters"))
            break
        calls.append(_from_json(body[position : position + size], "parameters"))
        position += size
        while position < len(body) and body[position] in " \t\r\n;":
            position += 1
    return Turn("", calls)


_PYTHONIC = re.compile(r"\[?\s*[A-Za-z_]\w*\s*\(")


def _parse_pythonic(text: str) -> Turn:
    body = text.strip()
    if not _PYTHONIC.match(body) or body[-1] not in ")]":
        return Turn(text, [])
    if len(body) > MAX_CALL_CHARS:
        return Turn("", [_too_long(len(body))])
    try:
        tree = ast.parse(body, mode="eval").body
        nodes = tree.elts if isinstance(tree, ast.List) else [tree]
        calls = []
        for node in nodes:
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)) or node.args or _unnamed(node):
                raise ValueError("write [name(argument=value)], with every argument named")
            arguments = {str(k.arg): ast.literal_eval(k.value) for k in node.keywords}
            text = json.dumps(arguments, allow_nan=False, ensure_ascii=False)
            text.encode()
            calls.append(_unless_deep(Call(node.func.id, json.loads(text))))  # tuples, number keys: as JSON has them
        return Turn("", calls)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as error:
        return Turn("", [Call("", {}, f"not a list of calls: {short(error)}")])


def _unnamed(call: ast.Call) -> bool:
    return any(keyword.arg is None for keyword in call.keywords)


_PARSERS: dict[Dialect, Callable[[str], Turn]] = {
    Dialect.HERMES: _parse_hermes,
    Dialect.LLAMA3: _parse_llama3,
    Dialect.PYTHONIC: _parse_pythonic,
}


def _too_long(size: int) -> Call:
    return Call("", {}, f"the call has {size:,} characters; at most {MAX_CALL_CHARS:,} are read")


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(parse_constant=_reject_constant)


def _decode(text: str) -> Any:
    """``_decoder.decode``, without the two regular expressions it spends on line breaks around a call."""
    try:
        value, end = _decoder.raw_decode(text, 1 if text[:1] == "\n" else 0)
    except ValueError:
        return _decoder.decode(text)  # raises too, unless there was more white space
    return value if text[end:] in ("", "\n") else _decoder.decode(text)


_SHORT_CALL = 1_024
_SCALARS = frozenset((str, int, float, bool, type(None)))


def _from_json(body: str, arguments_key: str) -> Call:
    if len(body) > _SHORT_CALL:
        return _read(body, arguments_key) if len(body) <= MAX_CALL_CHARS else _too_long(len(body))
    call = _read_short(body, arguments_key)
    if _SCALARS.issuperset(map(type, call.arguments.values())):
        return Call(call.name, call.arguments.copy(), call.problem, call.hint)
    return _read(body, arguments_key)  # lists and objects could be changed in place


def _read(body: str, arguments_key: str) -> Call:
    try:
        value = _text_decoded(body)
    except UnicodeEncodeError:
        return Call("", {}, _SURROGATE)
    except (ValueError, RecursionError) as error:
        where = f" at character {error.pos}: {error.msg}" if isinstance(error, json.JSONDecodeError) else ""
        return Call("", {}, f"not valid JSON{where}; {_right(arguments_key)}")
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return Call("", {}, f"a call is an object with a name; {_right(arguments_key)}")
    arguments, hint = value.get(arguments_key, {}), ""
    if arguments_key not in value and (other := next(filter(value.__contains__, _OTHER_KEYS), None)):
        hint = f"arguments go under {arguments_key!r}, not under {other!r}: "
    if isinstance(arguments, str):  # some models quote the object
        try:
            arguments = _text_decoded(arguments)
        except UnicodeEncodeError:
            return Call("", {}, _SURROGATE)
        except (ValueError, RecursionError):
            arguments = None
    if not isinstance(arguments, dict):
        return Call(value["name"], {}, f"{arguments_key!r} is an object; {_right(arguments_key)}")
    return _unless_deep(Call(value["name"], arguments, hint=hint))


_OTHER_KEYS = ("parameters", "arguments", "params", "args", "input")
"""Where calls of other dialects have their arguments."""
_SURROGATE = "the call holds a lone surrogate, which is not text"


def _text_decoded(text: str) -> Any:
    """The JSON value of a text. Raises UnicodeEncodeError for lone surrogates, ValueError, RecursionError."""
    value = _decode(text)
    if not text.isascii() or "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _unless_deep(call: Call) -> Call:
    """The call, or what is wrong with it where its arguments are nested too deeply. Does not recurse itself."""
    level: list[Any] = [call.arguments]
    for _ in range(MAX_DEPTH):
        inner = (value.values() if isinstance(value, dict) else value for value in level)
        level = [each for values in inner for each in values if isinstance(each, dict | list)]
        if not level:
            return call
    return Call("", {}, f"the call is nested more than {MAX_DEPTH} levels deep, and no tool takes that")


_read_short = lru_cache(maxsize=1024)(_read)
"""Policies repeat themselves, and the episodes of one task repeat each other."""


def _right(arguments_key: str) -> str:
    return f'write {{"name": "TOOL", "{arguments_key}": {{...}}}}'


class Checker:
    """Checks arguments against one document's schema, quickly, and says in words what does not fit."""

    def __init__(self, document: ToolDocument) -> None:
        self.document = document
        self._usage = ""
        self.writes = document.effect is Effect.WRITE
        self._validate: Callable[[Any], Any] | None = None
        properties = document.parameters.get("properties", {})
        self._nested = {name: schema for name, schema in properties.items() if _is_nested(schema)}
        self._optional = properties.keys() - set(document.parameters.get("required", ()))
        self.defaults = {
            name: _slim(schema, schema["default"]) for name, schema in properties.items() if "default" in schema
        }
        self._integers = [name for name, schema in properties.items() if schema.get("type") == "integer"]

    def problem(self, arguments: dict[str, Any]) -> str | None:
        """None when the arguments fit, else what is wrong and what would be right."""
        message = self._checked(arguments)
        return None if message is None else self._explain(arguments, message)

    def fits(self, arguments: dict[str, Any]) -> bool:
        """Whether there is no problem, for those who will not read it."""
        return self._checked(arguments) is None

    def _checked(self, arguments: dict[str, Any]) -> str | None:
        """What the validator says, None when the arguments fit."""
        if self._validate is None:
            self._validate = _validator(self.document)
        try:
            self._validate(arguments)
        except Exception as error:  # the one exception type of a lazily imported library
            if type(error).__name__ != "JsonSchemaValueException":
                raise
            return str(error)
        return None

    def _in_full(self, arguments: dict[str, Any], message: str) -> str:
        """A message of the validator, with the names that a quickly made one leaves out."""
        if not message.endswith(_CUT_SHORT):
            return message
        try:
            _validator(self.document, detailed=True)(arguments)
        except Exception as error:
            return str(error)
        return message

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_validate": None}  # compiled code does not pickle, and is quick to make again

    def _explain(self, arguments: dict[str, Any], message: str) -> str:
        known = self.document.parameters.get("properties", {})
        missing = [name for name in self.document.parameters.get("required", ()) if name not in arguments]
        unknown = [name for name in arguments if name not in known]
        usage = self.usage()
        if missing:
            return f"missing {', '.join(missing)}. {usage}"
        if unknown and not self.document.parameters.get("additionalProperties"):
            return f"unknown argument {short(unknown[0])}. {usage}"
        choices = self.document.alternatives
        chosen = [names for names in choices if all(name in arguments for name in names)]
        if choices and len(chosen) != 1:
            return f"give {parameters.exactly_one(choices)}{', not more' if chosen else ''}. {usage}"
        if " must not contain " in message:  # its names are what the policy wrote
            below = parameters.paths(arguments) - {way for leaf in self.document.leaves for way in leaf.ways}
            return f"unknown argument {short(min(below, default=''))}. {usage}"
        return f"{self._in_full(arguments, message).replace('data.', '', 1)[:200]}. {usage}"

    def usage(self) -> str:
        """How the tool is called, in one line."""
        if not self._usage:
            self._usage = f"Usage: {self.document.signature()}"
        return self._usage

    def typed(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments as the tool gets them: 2.0 is a valid integer in JSON schema, and Python's code wants 2."""
        for name in self._integers:
            if isinstance(arguments.get(name), float):
                arguments = {**arguments, name: int(arguments[name])}
        if self._nested:
            arguments = {**arguments, **{n: _typed(s, arguments[n]) for n, s in self._nested.items() if n in arguments}}
        return arguments

    def canonical(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments without default-valued ones, whole floats as ints: equal calls become equal.

        The same goes for what lies in objects and arrays; an optional object with nothing else in it is left out.
        """
        result = {}
        for name, value in arguments.items():
            if value.__class__ is float and value.is_integer():
                value = int(value)
            elif name in self._nested:
                value = _slim(self._nested[name], value)
                if value == {} and name in self._optional:
                    continue
            if name in self.defaults and self.defaults[name] == value and type(self.defaults[name]) is type(value):
                continue
            result[name] = value
        return result


def _is_nested(schema: dict[str, Any]) -> bool:
    """Whether values of this schema may hold values."""
    return "properties" in schema or "items" in schema


def _typed(schema: dict[str, Any], value: Any) -> Any:
    """A value with whole floats as ints where the schema wants integers, at any depth."""
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return {name: _typed(properties.get(name, {}), inner) for name, inner in value.items()}
    if isinstance(value, list):
        items = schema.get("items")
        return [_typed(items, inner) for inner in value] if isinstance(items, dict) else value
    return int(value) if isinstance(value, float) and schema.get("type") == "integer" else value


def _slim(schema: dict[str, Any], value: Any) -> Any:
    """A value in canonical form, at any depth."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    items = schema.get("items")
    if isinstance(value, list) and isinstance(items, dict):
        return [_slim(items, inner) for inner in value]
    if not isinstance(value, dict):
        return value
    properties, required = schema.get("properties", {}), schema.get("required", ())
    result = {}
    for name, inner in value.items():
        known = properties.get(name, {})
        slim = _slim(known, inner)
        usual = _slim(known, known["default"]) if "default" in known else {} if name not in required else None
        if not (usual == slim and type(usual) is type(slim)):
            result[name] = slim
    return result


_VALIDATORS: dict[tuple[int, bool], tuple[ToolDocument, Callable[[Any], Any]]] = {}
"""Compiled schemas by the identity of their document, which is held so that no other takes its place. Compiling one
takes as long as hundreds of calls, and twice as long where its exceptions are to say everything."""
_MOST_VALIDATORS = 2048
_CUT_SHORT = (" must contain ", " must be valid exactly by one definition")
"""Ends of messages whose rest only a detailed exception has."""


def _validator(document: ToolDocument, *, detailed: bool = False) -> Callable[[Any], Any]:
    known = _VALIDATORS.get((id(document), detailed))
    if known is None:
        if len(_VALIDATORS) >= _MOST_VALIDATORS:
            _VALIDATORS.clear()
        known = _VALIDATORS[id(document), detailed] = (document, _compiled(document, detailed))
    return known[1]


def _compiled(document: ToolDocument, detailed: bool) -> Callable[[Any], Any]:
    import fastjsonschema

    schema = {"additionalProperties": False, **document.parameters, "type": "object"}
    compiled: Callable[[Any], Any] = fastjsonschema.compile(schema, use_default=False, detailed_exceptions=detailed)
    return compiled
