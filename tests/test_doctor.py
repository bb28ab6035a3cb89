"""``ftrl-gym doctor``: it says what protects, and what does not."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ftrl_gym.cli import examining, main
from ftrl_gym.sandbox import probes
from ftrl_gym.sandbox.probes import PROBES, Finding


def test_every_probe_is_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert all(probe.kind in said for probe in PROBES) and "crash of an interpreter" in said
    assert "NOT" not in said.replace("NOT active", "") and "pydantic-monty 1." in said


def test_a_probe_that_gets_through_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(examining, "examined", lambda: iter([Finding("network", False, "200 OK")]))
    assert main(["doctor"]) == 1
    assert "NOT protected against: network" in capsys.readouterr().out


def test_state_that_is_kept_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Leaking:
        def __init__(self, *_: object) -> None:
            self.calls = 0

        def run_batch(self, calls: list[object]) -> list[int]:
            return list(range(1, len(calls) + 1))

    monkeypatch.setattr(probes, "SandboxToolbox", Leaking)
    assert not any(finding.stopped for finding in probes.examined())


def test_a_missing_interpreter_is_told_with_the_way_to_mend_it() -> None:
    path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "MONTY_BIN": "/nowhere/monty"}
    code = "from ftrl_gym.cli import main; raise SystemExit(main(['doctor']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **path})
    assert done.returncode == 1, done.stderr
    assert "NOT protected" in done.stdout and "pip install" in done.stdout
