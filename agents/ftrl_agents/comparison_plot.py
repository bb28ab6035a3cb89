"""A comparison of policies as a PNG: a panel for each column, a point with its interval for each policy."""

from __future__ import annotations

from pathlib import Path

from ftrl_agents.comparison import TITLES, Comparison


def plot_comparison(table: Comparison, path: Path) -> None:
    """Draws it. Floor and ceiling are dashed lines; published rows are hollow.

    Args:
        table: The comparison.
        path: The PNG to write.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = (*table.rows, *table.published)
    titles = [title for title in TITLES if any(row.figures[title].n for row in rows)] or list(TITLES[:1])
    across = min(5, len(titles))
    down = -(-len(titles) // across)
    size = (2.2 + 2.3 * across, down * (1.0 + 0.34 * len(rows)))
    figure, axes = pyplot.subplots(down, across, figsize=size, sharey=True, squeeze=False)
    for axis, title in zip(axes.flat, titles, strict=False):
        for place, row in enumerate(rows):
            one = row.figures[title]
            if one.n:
                spread = [[one.mean - one.low], [one.high - one.mean]]
                hollow = {"markerfacecolor": "white"} if row in table.published else {}
                axis.errorbar(one.mean, place, xerr=spread, fmt="o", color="tab:blue", capsize=3, **hollow)
        for end, colour in ((table.floor, "tab:red"), (table.ceiling, "tab:green")):
            if end.figures[title].n:
                axis.axvline(end.figures[title].mean, color=colour, linestyle="--", linewidth=1)
        axis.set(title=title, xlim=(-3, 103), ylim=(len(rows) - 0.5, -0.5))
        axis.set_yticks(range(len(rows)), [row.name for row in rows])
        axis.grid(alpha=0.3, axis="x")
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes.flat[len(titles) :]:
        axis.set_axis_off()
    figure.suptitle("Percent; dashed: floor and ceiling", fontsize=10)
    figure.tight_layout()
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
