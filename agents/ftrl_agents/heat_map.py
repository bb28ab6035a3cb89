"""A heat map of the layers and modules of a model, as a PNG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

MAX_FIGURES = 400
"""Cells up to which each has its figure written in it."""


def heat_map(
    values: Sequence[Sequence[float]],
    rows: Sequence[str],
    columns: Sequence[str],
    path: Path,
    *,
    title: str,
    unit: str,
    note: str = "",
) -> None:
    """Draws it, the first row at the bottom, as layers are stacked.

    Args:
        values: A number for each row and column; nan leaves a cell blank. They are not negative.
        rows: Labels.
        columns: Labels; a newline in them starts a new line.
        path: The PNG to write.
        title: Heading.
        unit: What the numbers are.
        note: A line below.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    finite = [value for line in values for value in line if math.isfinite(value)]
    top = max(finite, default=0.0) or 1.0
    height = max(2.8, 1.9 + 0.34 * len(rows))
    figure, axis = pyplot.subplots(figsize=(2.2 + 0.85 * len(columns), height), layout="constrained")
    image = axis.imshow(values, origin="lower", aspect="auto", cmap="viridis", vmin=0.0, vmax=top)
    axis.set_xticks(range(len(columns)), columns, fontsize=9)
    axis.set_yticks(range(len(rows)), rows, fontsize=9)
    axis.tick_params(length=0)
    if len(rows) * len(columns) <= MAX_FIGURES:
        for row, line in enumerate(values):
            for column, value in enumerate(line):
                if math.isfinite(value):
                    colour = "black" if value > 0.6 * top else "white"
                    axis.text(column, row, f"{value:.3g}", ha="center", va="center", fontsize=8, color=colour)
    axis.set_title(title, fontsize=11)
    if note:
        axis.set_xlabel(note, fontsize=9)
    figure.colorbar(image, ax=axis, label=unit)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
