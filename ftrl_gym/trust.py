"""Trust by content: whose tool code may run in this process.

A scenario's manifest pins every one of its files by hash, so the hash of the manifest stands for all of it. Two lists
hold the hashes that are trusted: the package's own (``ftrl_gym/trusted.json``, its scenarios) and this user's (in the
data folder, scenarios built on this machine by the procedural writer). Changing one byte of a scenario loses its trust.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

from ftrl_gym.errors import RegistryError
from ftrl_gym.lock import held

PACKAGED_LIST = Path(__file__).with_name("trusted.json")
"""Pins of the scenarios that come with the package."""

MANIFEST = "scenario.json"
"""Name of the manifest in a scenario's folder."""


def user_folder() -> Path:
    """This user's data folder of ftrl_gym; it need not exist."""
    import platformdirs

    return platformdirs.user_data_path("ftrl_gym", appauthor=False)


def user_list() -> Path:
    """Pins of the scenarios that this user trusts."""
    return user_folder() / "trusted.json"


def is_trusted(manifest_sha256: str) -> bool:
    """Whether a manifest with this hash is on one of the two lists."""
    return manifest_sha256 in _read(PACKAGED_LIST) or manifest_sha256 in _read(user_list())


def pin(folder: Path, *, packaged: bool = False, name: str = "") -> str:
    """Trusts the scenario in ``folder`` as it is now and returns the hash of its manifest.

    Call it only for code that is known to be harmless: the procedural writer's, or what a person has read.

    Args:
        folder: The scenario's folder, ``registry/<name>``.
        packaged: Pin it in the package's list, in place of the earlier pin of that name, instead of in the user's.
        name: What it is called there; as its folder unless said otherwise.
    """
    digest, own = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest(), name or folder.name
    path = PACKAGED_LIST if packaged else user_list()
    with held(path.with_name(f".{path.name}.lock"), "writing the list of trusted scenarios", wait=True):
        pins = {known: called for known, called in _read(path).items() if not (packaged and called == own)}
        pins[digest] = own
        _write(path, json.dumps(dict(sorted(pins.items(), key=lambda item: (item[1], item[0]))), indent=2) + "\n")
    return digest


def _write(path: Path, text: str) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".trusted-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(draft, 0o644)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


def _read(path: Path) -> dict[str, str]:
    """Hash of a manifest -> name of its scenario."""
    try:
        pins = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise RegistryError(
            f"{path} cannot be read: {error}. Mend it, or delete it and build your scenarios again"
        ) from error
    if not isinstance(pins, dict):
        raise RegistryError(
            f"{path} is not a JSON object of hash -> scenario. Delete it and build your scenarios again"
        )
    return pins
