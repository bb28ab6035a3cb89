"""Leaves out what cannot run without optional libraries."""

from __future__ import annotations

from importlib.util import find_spec

_NEEDS = {
    "mcp": ["loans_server.py"],
    "openai": [
        "test_built_domains.py", "test_endpoint.py", "test_given_tools.py", "test_loose_replies.py",
        "test_model_command.py", "test_played_domains.py", "test_resuming.py", "test_sources.py",
    ],
}  # fmt: skip
collect_ignore = [file for library, files in _NEEDS.items() if find_spec(library) is None for file in files]
