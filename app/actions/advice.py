"""What triggers advise: the means of measured series, compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from solver.records import Signal, Trigger


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a window that ends on a day."""

    value: float
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Advice:
    """What a trigger says: the highest earlier mean against the mean now; `fall` and `drop` are shares.

    `at` is the last day of the series. `before` and `now` are None when the series is too short for two windows.
    """

    trigger: str
    signal: str
    window_days: int
    before: Mean | None
    now: Mean | None
    fall: float
    drop: float
    advised: bool
    policy: str
    at: date | None


def advise(trigger: Trigger, signals: Sequence[Signal]) -> Advice:
    """A code red is advised when the newest window's mean lies `drop` below the highest one before it.

    The windows compared do not overlap; a window is `window_days` calendar days, of which every day is measured.
    """
    points = sorted((s.day, s.value) for s in signals if s.signal == trigger.signal)
    means = _means(points, trigger.window_days)
    now = means[-1] if means and means[-1].last == points[-1][0] else None
    earlier = [m for m in means if now is not None and m.last < now.first]
    before = max(earlier, key=lambda m: m.value, default=None)
    fall = 1 - now.value / before.value if now and before and before.value > 0 else 0.0
    return Advice(
        trigger=trigger.trigger, signal=trigger.signal, window_days=trigger.window_days, before=before, now=now,
        fall=fall, drop=trigger.drop, advised=before is not None and fall >= trigger.drop, policy=trigger.policy,
        at=points[-1][0] if points else None,
    )  # fmt: skip


def since(trigger: Trigger, signals: Sequence[Signal], day: date) -> Advice:
    """The newest window's mean against the one that ends before a day: what happened to a signal since then.

    `fall` is the share by which it is lower now (negative where it is higher); nothing is advised.
    """
    points = sorted((s.day, s.value) for s in signals if s.signal == trigger.signal)
    means = _means(points, trigger.window_days)
    before = max((m for m in means if m.last < day), key=lambda m: m.last, default=None)
    now = next((m for m in reversed(means) if m.first >= day and m.last == points[-1][0]), None)
    fall = 1 - now.value / before.value if now and before and before.value > 0 else 0.0
    return Advice(
        trigger=trigger.trigger, signal=trigger.signal, window_days=trigger.window_days, before=before, now=now,
        fall=fall, drop=trigger.drop, advised=False, policy=trigger.policy, at=points[-1][0] if points else None,
    )  # fmt: skip


def _means(points: Sequence[tuple[date, float]], days: int) -> list[Mean]:
    """The mean of every window of consecutive measured days, oldest first."""
    span = timedelta(days=days - 1)
    return [
        Mean(sum(value for _, value in window) / days, window[0][0], window[-1][0])
        for window in (points[i : i + days] for i in range(len(points) - days + 1))
        if window[-1][0] - window[0][0] == span
    ]
