"""The figures of one risk in every future: a stream of its own per risk, so that a new risk leaves the others alone."""

from __future__ import annotations

import math
import zlib

import numpy as np
from numpy.random import Generator, default_rng

from solver.check.report import Flags, Numbers
from solver.records import Risk


def stream(risk: Risk, seed: int) -> Generator:
    """The random numbers of a risk: the same for the same seed and id, whatever else is recorded."""
    return default_rng([seed, zlib.crc32(risk.risk.encode())])


def figures(risk: Risk, random: Generator, count: int) -> Numbers:
    """One figure per future, not below 0; 0 in the futures in which the risk does not come about [F]."""
    happens: Flags = random.random(count) < risk.chance
    return np.where(happens, np.maximum(0.0, _drawn(risk, random, count)), 0.0)


def _drawn(risk: Risk, random: Generator, count: int) -> Numbers:
    low, mode, high, mean, sd = (value or 0.0 for value in (risk.low, risk.mode, risk.high, risk.mean, risk.sd))
    if risk.distribution == "fixed":
        return np.full(count, mean)
    if risk.distribution == "uniform":
        return random.uniform(low, high, count)
    if risk.distribution == "triangular":
        return random.triangular(low, mode, high, count) if high > low else np.full(count, low)
    if risk.distribution == "normal":
        return random.normal(mean, sd, count)
    # A lognormal with this mean and standard deviation is exp(N(m, s^2)) with s^2 = ln(1 + sd^2 / mean^2).
    spread = math.log(1.0 + (sd / mean) ** 2)
    return random.lognormal(math.log(mean) - spread / 2.0, math.sqrt(spread), count)
