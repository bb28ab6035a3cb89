"""What each part of a model's training is worth: a table, and whether the lowest MLPs carry the gain, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ftrl_agents.evaluation import METRICS, Evaluation, Interval
from ftrl_agents.restored import CLAIMED, WHOLE, Way, thirds
from ftrl_agents.restored_config import RestoredConfig
from ftrl_agents.weight_change import WeightChange, layers

Played = dict[tuple[str, Way], Evaluation]
"""Name of a unit and how it was played -> its evaluation; the whole model put back is the model before training."""

SHOWN = ("f1", "outcome")
_FINDINGS = {
    (True, True): "They are needed and enough: the paper's finding that they carry the gain holds here.",
    (False, True): "They are enough but not needed, as other blocks bring it too: the paper's finding that they carry "
    "the gain holds here in part.",
    (True, False): "They are needed but not enough: the paper's finding that they carry the gain holds here in part.",
    (False, False): "They are neither needed nor enough: the paper's finding that they carry the gain does not hold "
    "here.",
}
"""Whether they are needed, and enough -> what that says."""


def restored_text(played: Played, changes: Sequence[WeightChange], config: RestoredConfig, tasks: int) -> str:
    """The report in Markdown.

    Args:
        played: With both ways of :data:`~ftrl_agents.restored.WHOLE`.
        changes: Of the weights.
        config: What was played.
        tasks: How many tasks.
    """
    numbers = layers(changes)
    runs = " | ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in thirds(numbers))
    decoding = played[WHOLE, Way.ALONE].label
    text = [
        "# What each block's training is worth",
        "",
        verdict(played, len(numbers)),
        "",
        f"{tasks} held-out tasks of {config.env}, {decoding}, mean [95% bootstrap interval over tasks]; differences "
        "are paired. *Put back*: the trained model with only this block old. *Alone new*: the old model with only this "
        f"block new. Thirds of the layers: {runs}. A block that brings little alone can still be needed by others.",
    ]
    for metric in SHOWN:
        text += ["", f"## {METRICS[metric]}", "", *_lines(played, metric)]
    return "\n".join([*text, ""])


def verdict(played: Mapping[tuple[str, Way], Evaluation], layer_count: int) -> str:
    """Whether the paper's finding, that the MLPs of layers 0 to 2 carry the gain, holds in what was played.

    It holds where putting these back costs, and having only these brings, at least half of the gain in Solve-F1, and
    both intervals exclude 0; in part where one of the two does.
    """
    before, after = played[WHOLE, Way.RESTORED], played[WHOLE, Way.ALONE]
    gain = after.gain(before, "f1")
    whole = f"Training changed Solve-F1 from {before.interval('f1').mean:.3f} to {after.interval('f1').mean:.3f} "
    whole += f"({_signed(gain)})."
    if gain.low <= 0:
        return f"{whole} The interval does not lie above 0, so there is no gain to attribute; play more --tasks."
    if (CLAIMED, Way.ALONE) not in played or (CLAIMED, Way.RESTORED) not in played:
        return f"{whole} {CLAIMED} was not played, so the paper's finding was not looked at: use --blocks groups."
    lost = after.gain(played[CLAIMED, Way.RESTORED], "f1")
    brought = played[CLAIMED, Way.ALONE].gain(before, "f1")
    needed, enough = (part.low > 0 and part.mean >= gain.mean / 2 for part in (lost, brought))
    said = (
        f"{whole} With the MLPs of layers 0 to 2 put back, {1 - lost.mean / gain.mean:.0%} of that gain remain "
        f"({_signed(_negative(lost))} to the trained model); these alone new bring {brought.mean / gain.mean:.0%} "
        f"({_signed(brought)} to the old model). {_FINDINGS[needed, enough]}"
    )
    if layer_count < 9:
        said += f" These are {min(3, layer_count)} of {layer_count} layers, so it says little about the lowest ones."
    return said + _rival(played, gain)


def _rival(played: Mapping[tuple[str, Way], Evaluation], gain: Interval) -> str:
    """The units that cost and bring most, as far as the intervals exclude 0."""
    before, after = played[WHOLE, Way.RESTORED], played[WHOLE, Way.ALONE]
    names = [name for name, way in played if way is Way.RESTORED and name != WHOLE]
    lost = {name: after.gain(played[name, Way.RESTORED], "f1") for name in names}
    brought = {name: played[name, Way.ALONE].gain(before, "f1") for name in names if (name, Way.ALONE) in played}
    said = ""
    for words, found in ((" Most is lost without", lost), (" Most is brought alone by", brought)):
        sure = sorted((name for name in found if found[name].low > 0), key=lambda name: -found[name].mean)
        if sure:
            said += f"{words} " + ", ".join(f"{name} ({found[name].mean / gain.mean:.0%})" for name in sure[:3]) + "."
    return said


def _lines(played: Played, metric: str) -> list[str]:
    before, after = played[WHOLE, Way.RESTORED], played[WHOLE, Way.ALONE]
    gain = after.gain(before, metric).mean
    head = ["block", "put back", "to the trained model", "alone new", "to the trained model", "share of the gain alone"]
    lines = [head, ["---"] * len(head)]
    lines.append(["before training", str(before.interval(metric)), _signed(before.gain(after, metric)), "", "", ""])
    lines.append(["after training", str(after.interval(metric)), "", "", "", ""])
    for name in dict.fromkeys(name for name, _ in played if name != WHOLE):
        cells = [name]
        for way in Way:
            one = played.get((name, way))
            cells += [str(one.interval(metric)), _signed(one.gain(after, metric))] if one else ["", ""]
        alone = played.get((name, Way.ALONE))
        share = alone.gain(before, metric).mean / gain if alone and gain else None
        lines.append([*cells, "" if share is None else f"{share:.0%}"])
    return [f"| {' | '.join(cells)} |" for cells in lines]


def _negative(interval: Interval) -> Interval:
    return Interval(-interval.mean, -interval.high, -interval.low, interval.n)


def _signed(gain: Interval) -> str:
    return f"{gain.mean:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]"
