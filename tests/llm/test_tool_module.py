"""Tools that were written apart live in one module."""

from __future__ import annotations

import pytest

from ftrl_gym.construct.llm.tool_module import tool_module
from ftrl_gym.sandbox import SandboxToolbox

ONE = '''
import json

ROWS = json.loads('{"é": 1}')  # the rows


def _find(key, *, ROWS_of=0):
    global LAST
    LAST = key
    return ROWS[key]


LAST = None


def one(key):
    """Says ROWS."""
    return {"found": _find(key, ROWS_of=3), "rows": "ROWS", "é": len(ROWS)}
'''
TWO = """
import json

ROWS = {"é": 2, "x": 3}


def _find(ROWS):
    return ROWS


class Shelf:
    rows = ROWS


def two(key):
    return {"found": _find(Shelf.rows)[key], "rows": json.dumps(sorted(ROWS))}
"""


def test_equal_names_do_not_meet() -> None:
    module = tool_module({"one": ONE, "two": TWO})
    together = SandboxToolbox({"one": module, "two": module})
    apart = SandboxToolbox({"one": ONE, "two": TWO})
    for tool in ("one", "two", "one"):
        assert together.run(tool, {"key": "é"}, None) == apart.run(tool, {"key": "é"}, None)
    assert "# the rows" in module and '"rows": "ROWS"' in module


def test_what_meets_nothing_stays_as_it_was_written() -> None:
    assert tool_module({"one": ONE}).strip() == ONE.strip()


def test_a_helper_called_like_another_tool() -> None:
    sources = {"a": "def b():\n    return 1\n\n\ndef a():\n    return b()\n", "b": "def b():\n    return 2\n"}
    module = tool_module(sources)
    box = SandboxToolbox({"a": module, "b": module})
    assert (box.run("a", {}, None), box.run("b", {}, None)) == (1, 2)


def test_what_callers_write_is_not_renamed() -> None:
    sources = {
        "a": "N = 1\n\n\ndef a(N):\n    return N\n",
        "b": "N = 2\n\n\ndef b(x):\n    return N + x\n",
    }
    module = tool_module(sources)
    box = SandboxToolbox({"a": module, "b": module})
    assert box.run("a", {"N": 5}, None) == 5
    assert box.run("b", {"x": 1}, None) == 3


@pytest.mark.parametrize("source", ["def a(:\n", "x = '"])
def test_what_is_no_python(source: str) -> None:
    with pytest.raises(SyntaxError):
        tool_module({"a": source})


def test_arguments_of_what_is_not_theirs_keep_their_names() -> None:
    source = (
        "ROWS = {'x': 2, 'y': 1}\nINDEX = []\nfor key in ROWS:\n    INDEX.append(key)\n\n\n"
        "def _at(key):\n    return ROWS[key]\n\n\n"
        "def TOOL():\n    return sorted(INDEX, key=lambda name: _at(key=name))\n"
    )
    module = tool_module({"a": source.replace("TOOL", "a"), "b": source.replace("TOOL", "b")})
    assert SandboxToolbox({"a": module, "b": module}).run("a", {}, None) == ["y", "x"]


def test_characters_that_end_a_line_elsewhere_end_none_in_python() -> None:
    source = "TEXT = 'one\\x0ctwo\u2028three'\n\n\ndef TOOL():\n    return TEXT\n".replace("\\x0c", "\x0c")
    module = tool_module({"a": source.replace("TOOL", "a"), "b": source.replace("TOOL", "b")})
    assert SandboxToolbox({"a": module, "b": module}).run("b", {}, None) == "one\x0ctwo\u2028three"


@pytest.mark.parametrize(
    "code",
    [
        'D = {"x": "a\u2028b"}\n\n\ndef one(key):\n    return D[key]\n',
        'X = "a\x0cb"\nD = {"x": X}\n\x0cdef one(key):\n    return D[key]\n',
        "def \\\n  D(key):\n    return 1\n\n\ndef one(key):\n    return D(key)\n",
        'D = {"x": 1}\n\n\ndef one(key):\n    global \\\n  D\n    D = 2\n    return D\n',
        "ﬁnd = 1\nD = 3\n\n\ndef one(key):\n    return [ﬁnd, D]\n",
        'D = {"x": 1}\r\n\r\n\r\ndef one(key):\r\n    return D[key]\r\n',
    ],
    ids=["line separator", "form feed", "continued definition", "continued global", "compatible letters", "carriage"],
)
def test_odd_lines_and_letters(code: str) -> None:
    two = "D = 7\nfind = 8\n\n\ndef two(key):\n    return [D, find]\n"
    module = tool_module({"one": code, "two": two})
    together, apart = SandboxToolbox({"one": module, "two": module}), SandboxToolbox({"one": code, "two": two})
    for tool in ("one", "two"):
        assert together.run(tool, {"key": "x"}, None) == apart.run(tool, {"key": "x"}, None)
