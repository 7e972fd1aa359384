"""Two curves of a probability: is it as often right as it says, and how many errors would a threshold let through?"""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from sklearn.calibration import calibration_curve

from kb.core.errors import InvalidInputError
from kb.evaluation.judgement_metrics import BINS
from kb.evaluation.report import Certainty

FORMATS = (".svg", ".png")


def plot_certainty(path: Path, title: str, certainty: Certainty) -> None:
    """Write the reliability curve and the risk-coverage curve (El-Yaniv & Wiener 2010) of `certainty` as SVG or PNG.

    Raises InvalidInputError for another ending, and where the file cannot be written.
    """
    check_plot_path(path)
    probability, right = certainty.probability, certainty.right
    says, is_so = certainty.what
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    reliability, risk = figure.subplots(1, 2)
    figure.suptitle(title)
    observed, stated = calibration_curve(right, np.clip(probability, 0.0, 1.0), n_bins=BINS)
    reliability.plot([0, 1], [0, 1], linestyle="--", color="0.6", label="as it should be")
    reliability.plot(stated, observed, marker="o", label=f"measured, error {certainty.error:.3f}")
    reliability.hist(
        probability, bins=BINS, range=(0, 1), weights=np.full(len(probability), 1 / len(probability)), alpha=0.2
    )
    reliability.set(xlabel=says, ylabel=f"Share where {is_so}", xlim=(0, 1), ylim=(0, 1), title="Reliability")
    reliability.legend()
    order = np.argsort(-probability, kind="stable")
    counts = np.arange(1, len(order) + 1)
    risk.plot(counts / len(order), np.cumsum(~right[order]) / counts)
    risk.set(
        xlabel="Share kept, surest first",
        ylabel="Share of errors in what is kept",
        xlim=(0, 1),
        title="Risk and coverage",
    )
    risk.set_ylim(bottom=0)
    write_figure(path, figure)


def write_figure(path: Path, figure: Figure) -> None:
    """As the ending says. Raises InvalidInputError where the file cannot be written."""
    try:
        # Without a fixed salt and date two runs would differ although nothing changed.
        with matplotlib.rc_context({"svg.hashsalt": "kb-eval", "svg.fonttype": "none"}):
            figure.savefig(path, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be written ({error.strerror or error}).") from error


def check_plot_path(path: Path) -> None:
    """Raises InvalidInputError unless the file name ends in one of FORMATS."""
    if path.suffix.lower() not in FORMATS:
        raise InvalidInputError(f"{path.name} ends in none of {', '.join(FORMATS)}.", remedy="Try: --plot figures.svg")
