"""The check of a call's arguments against its tool's schema, and the forms in which they are run and compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ftrl_gym import parameters
from ftrl_gym.toolcall.calls import short
from ftrl_gym.toolcall.validators import CUT_SHORT, validator
from ftrl_gym.tooldoc import Effect, ToolDocument


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
            self._validate = validator(self.document)
        try:
            self._validate(arguments)
        except Exception as error:  # the one exception type of a lazily imported library
            if type(error).__name__ != "JsonSchemaValueException":
                raise
            return str(error)
        return None

    def _in_full(self, arguments: dict[str, Any], message: str) -> str:
        """A message of the validator, with the names that a quickly made one leaves out."""
        if not message.endswith(CUT_SHORT):
            return message
        try:
            validator(self.document, detailed=True)(arguments)
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
