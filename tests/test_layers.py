"""What imports what: the layers of the architecture, and a core that stays light."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import ftrl_gym

ROOT = Path(__file__).parent.parent

HEAVY = ("torch", "transformers", "tokenizers", "faker", "tyro", "rich", "matplotlib", "tensorboard", "pydantic_monty")


def test_imports_follow_the_layers() -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "agents")])}
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run(
        [*command, "--no-cache"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_the_package_is_cheap() -> None:
    code = f"""
import sys, time
before = time.process_time()
import ftrl_gym
spent = time.process_time() - before
loaded = [name for name in {HEAVY!r} if name in sys.modules]
assert not loaded, loaded
assert spent < 1.0, spent
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_the_public_names_are_these() -> None:
    assert sorted(ftrl_gym.__all__) == [
        "CertificationError",
        "ConstructionError",
        "FtrlGymError",
        "MissingExtraError",
        "RegistryError",
        "SandboxError",
        "UnknownNameError",
        "UsageError",
        "__version__",
        "register_all",
    ]
    assert all(hasattr(ftrl_gym, name) for name in ftrl_gym.__all__)


def test_no_folder_of_data_or_scripts_is_a_package() -> None:
    """An importable top-level ``agents`` would destroy other distributions' package of that name."""
    assert not [folder for folder in ("agents", "benchmarks", "registry") if (ROOT / folder / "__init__.py").exists()]
