"""A model in which some rows may be broken at a price: to see which rules stand against each other."""

from __future__ import annotations

import dataclasses

import numpy as np

from solver.model import Model
from solver.model.sheet import Ints


def with_slack(model: Model, soft: Ints) -> tuple[Model, Ints]:
    """The model with one more column per soft row, which fills what is missing on its finite side."""
    slack = model.size + np.arange(len(soft))
    pushes_up = np.isfinite(model.low[soft])
    row = np.concatenate([model.row, soft])
    column = np.concatenate([model.column, slack])
    coefficient = np.concatenate([model.coefficient, np.where(pushes_up, 1.0, -1.0)])
    order = np.lexsort((column, row))
    zeros = np.zeros(len(soft))
    return dataclasses.replace(
        model, row=row[order], column=column[order], coefficient=coefficient[order],
        lower=np.concatenate([model.lower, zeros]), upper=np.concatenate([model.upper, zeros + 1e9]),
        binary=np.concatenate([model.binary, zeros.astype(bool)]), scale=np.concatenate([model.scale, zeros + 1]),
    ), slack  # fmt: skip
