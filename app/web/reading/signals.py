"""A measured series for its chart: the values, the mean of the trigger's window, and the two means compared."""

from __future__ import annotations

from typing import Any

from app.actions.advice import Advice
from app.web.language import _
from solver.records import Signal


def chart(advice: Advice, series: tuple[Signal, ...]) -> dict[str, Any]:
    """Days, values, rolling means (None while the window is not full), and the before and now of the advice."""
    days, values = [s.day for s in series], [s.value for s in series]
    size = advice.window_days
    means: list[float | None] = []
    for end, day in enumerate(days):
        first = end - size + 1
        whole = first >= 0 and (day - days[first]).days == size - 1
        means.append(sum(values[first : end + 1]) / size if whole else None)
    marks = [
        {"name": name, "text": text, "day": mean.last.isoformat(), "value": mean.value}
        for name, text, mean in (("before", _("before"), advice.before), ("now", _("now"), advice.now))
        if mean
    ]
    return {
        "signal": advice.signal,
        "window": size,
        "days": [d.isoformat() for d in days],
        "values": values,
        "means": means,
        "marks": marks,
        "drop": advice.drop,
    }
