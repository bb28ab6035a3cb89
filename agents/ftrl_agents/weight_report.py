"""Where training changed a model, for a person: tables in Markdown and CSV, a heat map, a sentence about the layers.

The paper FTRL (arXiv 2508.08791) attributes its gains to the MLPs of the lowest layers, 0 to 2; :func:`in_words` says
whether those are the weights that changed most here.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from pathlib import Path

from ftrl_agents.heat_map import heat_map
from ftrl_agents.weight_change import WeightChange, layers, modules, relative_change
from ftrl_agents.weight_place import Block

LOWEST = range(3)
"""The layers to whose MLPs the paper attributes its gains."""
_CLEARLY = 1.2
"""A change so many times as large is larger; less is about as much."""


def grid(
    changes: Sequence[WeightChange], cell: Callable[[list[WeightChange]], float] = relative_change
) -> list[list[float]]:
    """A row for each layer and a column for each of its modules; nan where a layer lacks a module.

    Args:
        changes: Of every weight.
        cell: The figure of the weights of one layer and module.
    """
    found: dict[tuple[int, Block, str], list[WeightChange]] = {}
    for one in changes:
        if one.place.layer is not None:
            found.setdefault((one.place.layer, one.place.block, one.place.module), []).append(one)
    return [
        [cell(found[key]) if (key := (layer, *kind)) in found else math.nan for kind in modules(changes)]
        for layer in layers(changes)
    ]


def stable_rank(changes: Sequence[WeightChange]) -> float:
    """Mean stable rank of the changes of matrices, nan where there are none."""
    ranks = [one.stable_rank for one in changes if len(one.shape) > 1]
    return math.fsum(ranks) / len(ranks) if ranks else math.nan


def changed_text(changes: Sequence[WeightChange], title: str) -> str:
    """The report in Markdown."""
    outside = [one for one in changes if one.place.layer is None]
    head = ["layer", *(module for _, module in modules(changes))]
    text = [
        f"# {title}",
        "",
        in_words(changes),
        "",
        "## Relative change in %: ‖after - before‖ / ‖before‖ (Frobenius)",
        "",
        *_table(head, changes, lambda part: 100 * relative_change(part)),
        "",
        *(f"- {one.name}: {100 * one.relative:.3g}" for one in outside),
        "",
        "## By block, in %",
        "",
        *_by_block(changes),
        "",
        "## Stable rank of the difference: ‖D‖²(Frobenius) / ‖D‖²(largest singular value)",
        "",
        "1 is a change in one direction; the more directions a change has, the higher.",
        "",
        *_table(head, changes, stable_rank),
        "",
        *(f"- {one.name}: {one.stable_rank:.3g}" for one in outside if len(one.shape) > 1),
    ]
    return "\n".join([*text, ""])


def write_csv(changes: Sequence[WeightChange], path: Path) -> None:
    """A line for each weight."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ["name", "layer", "block", "module", "shape", "before_norm", "change_norm", "relative", "stable_rank"]
        )
        for one in changes:
            layer = "" if one.place.layer is None else one.place.layer
            shape = "x".join(map(str, one.shape))
            figures = (one.before_norm, one.change_norm, one.relative, one.stable_rank)
            writer.writerow([one.name, layer, one.place.block, one.place.module, shape, *(f"{x:.6g}" for x in figures)])


def draw(changes: Sequence[WeightChange], path: Path, title: str) -> None:
    """The heat map of relative changes: layers upwards, modules to the right."""
    outside = [one for one in changes if one.place.layer is None]
    heat_map(
        [[100 * value for value in row] for row in grid(changes)],
        [f"layer {layer}" for layer in layers(changes)],
        [module.replace("_layernorm", "\nnorm").replace("_attention", "\nattention") for _, module in modules(changes)],
        path,
        title=title,
        unit="relative change in %",
        note="   ".join(f"{one.place.module}: {100 * one.relative:.3g}%" for one in outside),
    )


def in_words(changes: Sequence[WeightChange]) -> str:
    """Which block changed most, and whether the MLPs of the lowest layers did."""
    # Norms inside attention are few and large: they would hide what became of the matrices.
    matrices = [one for one in changes if len(one.shape) > 1]
    blocks = {
        (layer, block): relative_change(
            one for one in matrices if one.place.layer == layer and one.place.block is block
        )
        for layer in layers(changes)
        for block in (Block.ATTENTION, Block.MLP)
    }
    if not blocks:
        return "No weight's name tells a layer, so nothing can be said by layer."
    ordered = sorted(blocks, key=lambda key: -blocks[key])
    most = ", ".join(f"{block} of layer {layer} ({100 * blocks[layer, block]:.2g}%)" for layer, block in ordered[:3])
    mlp = [one for one in matrices if one.place.block is Block.MLP]
    low = relative_change(one for one in mlp if one.place.layer in LOWEST)
    high = relative_change(one for one in mlp if one.place.layer not in LOWEST)
    attention = relative_change(one for one in matrices if one.place.block is Block.ATTENTION)
    count = len(layers(changes))
    if count <= len(LOWEST):
        return f"Changed most: {most}. With {count} layers, all of them are lowest ones: nothing to compare."
    most_of_all = low > _CLEARLY * max(high, attention)
    alike = not most_of_all and low * _CLEARLY > max(high, attention)
    verdict = (
        "the lowest MLPs are what changed most"
        if most_of_all
        else "the lowest MLPs changed about as much as the rest"
        if alike
        else "the lowest MLPs are not what changed most"
    )
    small = f" Of {count} layers, though, those are most." if count < 2 * len(LOWEST) else ""
    return (
        f"Changed most: {most}. The MLPs of layers 0 to {LOWEST[-1]} changed by {100 * low:.2g}%, those above by "
        f"{100 * high:.2g}%, attention by {100 * attention:.2g}%: {verdict}.{small} A large change is not "
        "yet a gain: --restore plays without it."
    )


def _by_block(changes: Sequence[WeightChange]) -> list[str]:
    blocks = [block for block in Block if any(one.place.block is block for one in changes)]
    lines = [_line(["layer", *blocks]), _line(["---"] * (len(blocks) + 1))]
    for layer in [*layers(changes), None]:
        cells = []
        for block in blocks:
            part = [one for one in changes if one.place.layer == layer and one.place.block is block]
            cells.append(f"{100 * relative_change(part):.3g}" if part else "")
        lines.append(_line(["outside" if layer is None else str(layer), *cells]))
    return lines


def _table(head: list[str], changes: Sequence[WeightChange], cell: Callable[[list[WeightChange]], float]) -> list[str]:
    rows = [
        [str(layer), *("" if math.isnan(value) else f"{value:.3g}" for value in row)]
        for layer, row in zip(layers(changes), grid(changes, cell), strict=True)
    ]
    return [_line(cells) for cells in (head, ["---"] * len(head), *rows)]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
