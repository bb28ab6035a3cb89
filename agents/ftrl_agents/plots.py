"""Curves of a run as a PNG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

PANELS = (
    ("reward", "Return per episode"),
    ("f1", "Solve-F1"),
    ("outcome", "Right and earned outcome"),
    ("calls", "Calls per episode"),
    ("entropy", "Policy entropy (nats per token)"),
)
"""Key in a metrics record -> title of its panel."""


def plot_curves(metrics: Sequence[Mapping[str, Any]], path: Path, title: str = "") -> None:
    """Draws every metric of :data:`PANELS` that the records have, over training steps.

    Args:
        metrics: One record per step, with ``step`` and any of the keys. A key with the prefix ``held_out/`` is drawn
            as points into the same panel.
        path: The PNG to write.
        title: Heading of the figure.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    panels = [(key, name) for key, name in PANELS if any(key in record for record in metrics)] or list(PANELS[:1])
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    figure, axes = pyplot.subplots(rows, columns, figsize=(4.4 * columns, 3.1 * rows), squeeze=False)
    for axis, (key, name) in zip(axes.flat, panels, strict=False):
        steps, values = _series(metrics, key)
        axis.plot(steps, values, color="tab:blue", alpha=0.3, linewidth=1)
        axis.plot(steps, _smooth(values), color="tab:blue", linewidth=2, label="training")
        held_steps, held = _series(metrics, f"held_out/{key}")
        if held:
            axis.plot(held_steps, held, "o-", color="tab:orange", label="held-out, greedy")
            axis.legend(fontsize=9, frameon=False)
        axis.set(title=name, xlabel="training step")
        axis.grid(alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes.flat[len(panels) :]:
        axis.set_axis_off()
    figure.suptitle(title)
    figure.tight_layout()
    figure.savefig(path, dpi=150)
    pyplot.close(figure)


def _series(metrics: Sequence[Mapping[str, Any]], key: str) -> tuple[list[float], list[float]]:
    pairs = [(float(record["step"]), float(record[key])) for record in metrics if record.get(key) is not None]
    return [step for step, _ in pairs], [value for _, value in pairs]


def _smooth(values: Sequence[float], window: int = 9) -> list[float]:
    """Centred moving mean, narrower towards the ends."""
    array = np.asarray(values, dtype=np.float64)
    half = window // 2
    return [float(array[max(0, i - half) : i + half + 1].mean()) for i in range(len(array))]
