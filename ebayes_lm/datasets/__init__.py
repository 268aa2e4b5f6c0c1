"""Data to try things on: published arrays and sequencing, and simulated data whose truth is known."""

from __future__ import annotations

from ebayes_lm.datasets.arrays import bladder
from ebayes_lm.datasets.sequencing import sex_rnaseq
from ebayes_lm.datasets.simulation import Simulation, simulate

__all__ = ["Simulation", "bladder", "sex_rnaseq", "simulate"]
