"""What one sandboxed call may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SandboxLimits:
    """What one call may use. A batch of calls is never cut short by them: it is played again call by call."""

    seconds: float = 1.0
    """Execution time; the worker is killed a second after it."""
    memory_bytes: int = 64 * 1024 * 1024
    """Heap of the interpreter."""
    recursion: int = 200
    """Depth of the call stack."""
    output_chars: int = 100_000
    """Length of the result as JSON text."""
