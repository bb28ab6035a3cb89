"""The weights of a checkpoint on disk, read one matrix, or some of its rows, at a time.

Nothing is loaded until it is asked for, so that two checkpoints of a large model can be compared in little memory.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftrl_agents.model_source import check_model
from ftrl_gym.errors import UsageError

if TYPE_CHECKING:
    from torch import Tensor

_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt")
_TOKENIZER_PARTS = ("model", "added_tokens", "normalizer", "pre_tokenizer")
"""Of ``tokenizer.json``: what decides which text becomes which ids; the rest is how batches are padded and cut."""


def checkpoint_folder(name: str) -> Path:
    """The folder of a model: itself, or where the Hugging Face hub's files lie on this machine, fetched if need be.

    Raises:
        UsageError: There is no such model.
    """
    offline = check_model(name)
    if Path(name).exists():
        return Path(name)
    from huggingface_hub import snapshot_download

    patterns = ["*.safetensors", "*.safetensors.index.json", "*.json", "*.jinja", "*.txt", "*.model"]
    return Path(snapshot_download(name, allow_patterns=patterns, local_files_only=offline))


class WeightFiles:
    """Names, shapes and rows of the weights in the safetensors files of a folder.

    Raises:
        UsageError: There are none, or one is missing or broken.
    """

    def __init__(self, folder: Path) -> None:
        from safetensors import SafetensorError, safe_open

        self.folder = folder
        self.config = _json(folder / "config.json")
        self._of: dict[str, Any] = {}
        """Name -> the open file that holds it."""
        self.shapes: dict[str, tuple[int, ...]] = {}
        for path in _shards(folder):
            try:
                file: Any = safe_open(path, framework="pt")
                shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
            except (OSError, SafetensorError) as error:
                raise UsageError(f"cannot read the weights in {path}: {str(error)[:200]}") from None
            self._of |= dict.fromkeys(shapes, file)
            self.shapes |= shapes
        if self.config.get("tie_word_embeddings"):  # then it is the embedding once more, where it is stored at all
            self.shapes.pop("lm_head.weight", None)

    def rows(self, name: str, start: int, stop: int) -> Tensor:
        """Rows of a matrix, or entries of a vector, in float32; a single number is a vector of one."""
        if not self.shapes[name]:
            number: Tensor = self._of[name].get_tensor(name).float().reshape(1)
            return number
        values: Tensor = self._of[name].get_slice(name)[start:stop].float()
        return values


def check_comparable(before: WeightFiles, after: WeightFiles) -> None:
    """Two checkpoints are of one architecture and read text alike.

    Raises:
        UsageError: They are not; says what differs.
    """
    pair = f"{before.folder} and {after.folder}"
    kinds = [files.config.get("model_type") for files in (before, after)]
    if kinds[0] != kinds[1]:
        raise UsageError(f"{pair} are of different architectures: {kinds[0]} and {kinds[1]}")
    one_sided = sorted(before.shapes.keys() ^ after.shapes.keys())
    if one_sided:
        raise UsageError(
            f"{pair} are of different architectures: {len(one_sided)} weights are in one of them only, such as "
            f"{', '.join(one_sided[:3])}. Adapters must be merged into their model first"
        )
    for name, shape in before.shapes.items():
        if shape != after.shapes[name]:
            sizes = f"{'x'.join(map(str, shape))} and {'x'.join(map(str, after.shapes[name]))}"
            raise UsageError(f"{pair} are of different sizes: {name} is {sizes}")
    for name in _TOKENIZERS:
        old, new = (_tokenizer(files.folder / name) for files in (before, after))
        if old is not None and new is not None and old != new:
            raise UsageError(f"{pair} have different tokenizers ({name}): the same ids are not the same text")


def digest(folder: Path) -> str:
    """A short name for what the weights are, wherever they lie; another one for other weights."""
    whole = hashlib.blake2b(digest_size=8)
    for path in sorted(folder.glob("*.safetensors")) or sorted(folder.glob("*.bin")):
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "blake2b").digest())
    return whole.hexdigest()


def _shards(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        names = sorted(set(_json(index).get("weight_map", {}).values()))
    else:
        names = sorted(path.name for path in folder.glob("*.safetensors"))
    missing = [name for name in names if not (folder / name).is_file()]
    if missing or not names:
        what = ", ".join(missing[:3]) or "*.safetensors"
        raise UsageError(
            f"{folder} has no {what}; load it with transformers and save it again with save_pretrained to get the "
            "weights as safetensors"
        )
    return [folder / name for name in names]


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no JSON"
        raise UsageError(f"cannot read {path}: {reason}") from None
    if not isinstance(value, dict):
        raise UsageError(f"cannot read {path}: it holds no object")
    return value


def _tokenizer(path: Path) -> Any:
    """What of a tokenizer's file must be equal; None where there is no such file."""
    if not path.is_file():
        return None
    if path.name != "tokenizer.json":
        return path.read_bytes()
    whole = _json(path)
    return [whole.get(part) for part in _TOKENIZER_PARTS]
