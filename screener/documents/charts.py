"""Pictures of the figures, where people would rather look than read."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

from screener.case_evaluation import CaseEvaluation
from screener.evaluation import Evaluation, Score

mpl.use("Agg")
from matplotlib import pyplot as plt

_INK, _RECALL, _PRECISION = "#1d2430", "#2b5d94", "#b06f00"
_WAYS = (_RECALL, _PRECISION, "#6b3fa0", "#1f6b57", "#555555")


def systems(results: dict[str, Evaluation], path: Path) -> None:
    """Draw pointed-at recall, pointed-at precision and label F1 of each system, with their intervals."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 0.6 * len(results) + 1.6), sharey=True)
    names = list(results)
    for axis, title in zip(axes, ("Pointed-at recall", "Pointed-at precision", "Label F1"), strict=True):
        for at, name in enumerate(names):
            value, low, high = _figure(results[name], title)
            axis.errorbar(
                value, at, xerr=[[max(0, value - low)], [max(0, high - value)]], fmt="o", color=_RECALL, capsize=3
            )
            axis.annotate(
                f"{value:.2f}", (value, at), xytext=(0, 8), textcoords="offset points", ha="center", fontsize=9
            )
        axis.set(title=title, xlim=(0, 1), ylim=(len(names) - 0.5, -0.5))
        axis.grid(axis="x", color="#dddddd")
    axes[0].set_yticks(range(len(names)), names)
    _save(figure, path)


def indicators(result: Evaluation, path: Path) -> None:
    """Draw recall and precision of each indicator, hardest first."""
    rows = sorted(result.per_indicator.items(), key=lambda item: item[1].f1)
    figure, axis = plt.subplots(figsize=(9, 8.5))
    for at, (_, score) in enumerate(rows):
        axis.plot([score.recall.value, score.precision.value], [at, at], color="#bbbbbb", zorder=1)
        axis.scatter(score.recall.value, at, color=_RECALL, marker="o", zorder=2, label="recall" if at == 0 else None)
        axis.scatter(
            score.precision.value, at, color=_PRECISION, marker="D", zorder=2, label="precision" if at == 0 else None
        )
    axis.set_yticks(range(len(rows)), [f"{name} ({score.recall.of})" for name, score in rows])
    axis.set(
        xlim=(-0.02, 1.02), xlabel="share (passages in the gold in brackets)", title="Each indicator, label by label"
    )
    axis.grid(axis="x", color="#dddddd")
    axis.legend(loc="lower right")
    _save(figure, path)


def reliability(result: Evaluation, path: Path) -> None:
    """Draw how often highlights of a given match confidence are kept by the annotators."""
    figure, axis = plt.subplots(figsize=(5, 5))
    axis.plot([0, 1], [0, 1], color="#bbbbbb", linestyle="--", label="as said")
    means = [row[0] for row in result.reliability]
    shares = [row[1] for row in result.reliability]
    axis.plot(means, shares, "o-", color=_RECALL, label="as found")
    for mean, share, count in result.reliability:
        axis.annotate(str(count), (mean, share), xytext=(5, -10), textcoords="offset points", fontsize=8, color=_INK)
    axis.set(
        xlim=(0, 1), ylim=(0, 1), xlabel="match confidence", ylabel="share kept by annotators",
        title=f"Expected calibration error {result.calibration_error:.3f}",
    )  # fmt: skip
    axis.legend()
    _save(figure, path)


def _figure(result: Evaluation, title: str) -> tuple[float, float, float]:
    if title == "Label F1":
        return result.label.f1, result.label.f1_low, result.label.f1_high
    score: Score = result.pointed_at
    rate = score.recall if title.endswith("recall") else score.precision
    return rate.value, rate.low, rate.high


def _save(figure: plt.Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def trade_off(results: dict[str, Evaluation], path: Path) -> None:
    """Draw pointed-at precision against recall as the least match confidence shown rises, a line a system."""
    figure, axis = plt.subplots(figsize=(7, 5.5))
    for name, result in results.items():
        points = [(recall, precision) for _, recall, precision in result.trade_off if recall > 0]
        axis.plot(*zip(*points, strict=True), marker=".", label=name)
    axis.set(xlabel="pointed-at recall", ylabel="pointed-at precision", xlim=(0, 1), ylim=(0, 1))
    axis.set_title("What showing only surer highlights would cost")
    axis.grid(color="#dddddd")
    axis.legend()
    _save(figure, path)


def cases(results: dict[str, CaseEvaluation], path: Path) -> None:
    """Draw what each way of reviewing says of the closings: as marked down, as said across, cases in the squares."""
    figure, axes = plt.subplots(1, len(results), figsize=(4.6 * len(results), 4.2), squeeze=False)
    for axis, (name, result) in zip(axes[0], results.items(), strict=True):
        states = list(result.confusion)
        counts = [[result.confusion[gold][said] for said in states] for gold in states]
        axis.imshow(counts, cmap="Blues", vmin=0, vmax=2 * max(map(max, counts)) or 1)
        for down, row in enumerate(counts):
            for across, count in enumerate(row):
                axis.text(across, down, str(count), ha="center", va="center", color=_INK, fontsize=12)
        words = [state.replace("_", " ") for state in states]
        axis.set_xticks(range(len(states)), words)
        axis.set_yticks(range(len(states)), words)
        axis.set(xlabel="said", ylabel="marked", title=f"Closing, {name}")
    _save(figure, path)


def patterns(results: dict[str, CaseEvaluation], path: Path) -> None:
    """Draw the F1 of each pattern that is marked or found, one mark a way of reviewing."""
    first = next(iter(results.values()))
    names = [
        name
        for name in first.per_pattern
        if any(r.per_pattern[name].recall.of or r.per_pattern[name].precision.of for r in results.values())
    ]
    figure, axis = plt.subplots(figsize=(9, 1.8 + 0.27 * len(names)))
    for at, ((way, result), marker, colour) in enumerate(zip(results.items(), "oDs^v", _WAYS, strict=False)):
        values = [result.per_pattern[name].f1 for name in names]
        # A little lower for each way, so that equal values do not hide one another.
        rows = [row + 0.18 * (at - (len(results) - 1) / 2) for row in range(len(names))]
        axis.scatter(values, rows, marker=marker, color=colour, label=f"{way}: {result.patterns.f1:.2f}")
    axis.set_yticks(range(len(names)), [f"{name} ({first.per_pattern[name].recall.of})" for name in names])
    axis.set(xlim=(-0.03, 1.03), ylim=(len(names) - 0.5, -0.5), xlabel="F1 (cases in the gold in brackets)")
    axis.set_title("Patterns found, case by case")
    axis.set_axisbelow(True)
    axis.grid(axis="x", color="#dddddd")
    figure.legend(loc="lower right", ncols=len(results))
    _save(figure, path)
