"""Pictures of the figures, where people would rather look than read."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

from screener.evaluation import Evaluation, Score

mpl.use("Agg")
from matplotlib import pyplot as plt

_INK, _RECALL, _PRECISION = "#1d2430", "#2b5d94", "#b06f00"


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
