"""Tiny portfolios that an exhaustive search can finish: by the rule that shapes the optimum, and at random."""

from __future__ import annotations

from random import Random
from typing import Any

from solver.problem import Problem
from solver.records import Eligible, Floor, Link, Pin, Stance
from tests.solver.handmade import gpu_pool, ml_pool, policy, portfolio, project, week

EXACT: dict[str, Any] = {"tolerance": 0.0}


def _stance(word: str, name: str, **facts: Any) -> dict[str, list[Any]]:
    return {"stances": [Stance(policy="normal", project=name, stance=word, **facts)]}


def _link(name: str, relation: str, other: str) -> dict[str, list[Any]]:
    return {"links": [Link(project=name, relation=relation, other=other)]}


def _two(first: dict[str, Any], second: dict[str, Any]) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    return project("ads", **first), project("chat", **second)


def named() -> dict[str, Problem]:
    """Portfolios by what they are about."""
    ads, chat = {"full": 3, "priority": 2}, {"full": 2, "priority": 1}
    running = {"today": 3, "status": "running"}
    concave = ((0.0, 0.0), (0.5, 0.8), (1.0, 1.0))
    cheap = {"eligible": [Eligible(project="ads", need="gpu", pool="b200", rate=1.5)]}
    pin = {"pins": [Pin(project="ads", need="gpu", pool="h100", since=week(1), until=week(1), amount=2)]}
    floor = {"floors": [Floor(policy="normal", project="ads", need="gpu", share=0.6)]}
    high = {"floors": [Floor(policy="normal", project="ads", need="gpu", amount=3)]}
    staff = {"of": "engineer", "pools": ("ml",)}
    small, three = gpu_pool(amount=3), {"weeks": 3}
    pause = policy(**EXACT, start=week(1), end=week(2))
    return {
        "minimum": portfolio(small, *_two(ads | {"minimum": 2}, chat), policy(**EXACT), **three),
        "equals": portfolio(
            small, *_two(ads | {"minimum": 3, "value": 2.0}, ads | {"minimum": 1, "value": 1.7}), policy(**EXACT),
            weeks=2
        ),
        "ramp": portfolio(small, *_two(ads | running, chat), policy(**EXACT, gpu_ramp=(0.5, 0.25)), **three),
        "moves": portfolio(small, *_two(ads | running, chat), policy(**EXACT, gpu_moves=1), **three),
        "standby": portfolio(
            small, *_two(ads | running | {"standby": 1, "minimum": 2}, chat), policy(**EXACT), **three
        ),
        "pause": portfolio(small, *_two(chat | running | {"full": 3}, ads), pause, _stance("pause", "ads"), **three),
        "dwell": portfolio(
            small, *_two(chat | running | {"full": 3, "min_pause": 2}, ads | {"min_run": 2, "minimum": 1}), pause,
            _stance("pause", "ads"), **three
        ),
        "focus": portfolio(small, *_two(ads, chat | {"minimum": 1}), pause, _stance("focus", "ads"), **three),
        "build": portfolio(small, *_two(ads | {"kind": "build", "duration": 1.5}, ads), policy(**EXACT), **three),
        "progress": portfolio(
            small, *_two(ads | {"kind": "build", "benefit": "progress", "curve": concave}, ads), policy(**EXACT),
            **three
        ),
        "requires": portfolio(
            small, *_two(ads | {"kind": "build", "duration": 1.0}, chat), _link("chat", "requires", "ads"),
            policy(**EXACT), **three
        ),
        "excludes": portfolio(
            small, *_two(ads, chat | {"priority": 2}), _link("chat", "excludes", "ads"), policy(**EXACT), **three
        ),
        "deadline": portfolio(
            small, *_two(ads | {"kind": "build", "must": "in", "deadline": week(1)}, chat), policy(**EXACT), **three
        ),
        "curve": portfolio(small, *_two(ads | {"curve": concave}, ads), policy(**EXACT), **three),
        "rates": portfolio(
            gpu_pool(amount=2), gpu_pool("b200", amount=1), project("ads", full=3.5, minimum=2), cheap, policy(**EXACT),
            **three
        ),
        "step": portfolio(small, project("ads", full=2.5), policy(**EXACT), **three),
        "pin": portfolio(small, *_two(ads, chat), pin, policy(**EXACT), **three),
        "floor": portfolio(small, *_two(ads | running, chat), floor, policy(**EXACT), **three),
        "money": portfolio(gpu_pool(amount=3, cost=2), *_two(ads, chat), policy(**EXACT, max_cost=5), **three),
        "growth": portfolio(
            ml_pool(amount=4, step=1), project("ads", full=4, minimum=1, **staff), policy(**EXACT, growth=1.0), weeks=4
        ),
        "mentor": portfolio(
            ml_pool(amount=3, step=1), *_two(ads | running | staff, chat | staff),
            policy(**EXACT, engineer_ramp=(0.5, 0.2), mentor=0.15), **three
        ),
        "tolerance": portfolio(small, *_two(ads, chat | {"curve": concave}), policy(tolerance=0.1), **three),
        "no plan": portfolio(
            small, *_two(ads | running, chat | {"must": "in", "minimum": 1}), high, policy(**EXACT), weeks=2
        ),
    }  # fmt: skip


def at_random(seed: int) -> Problem:
    """Two projects, three weeks and one pool, with every rule that can be drawn for them."""
    draw = Random(seed)
    weeks, supply = 3, draw.choice([2, 3])
    parts = [gpu_pool(amount=supply, cost=1)]
    left = supply
    for name in ("ads", "chat"):
        full = draw.choice([1, 1.5, 2, 3])
        today = draw.randint(0, min(left, int(full)))
        left -= today
        facts = {
            "kind": draw.choice(["run", "run", "build"]), "priority": draw.randint(0, 2), "duration": 1.5,
            "value": draw.choice([1.0, 2.5]), "minimum": draw.choice([0, 0.5, 1]), "standby": draw.choice([0, 0, 1]),
            "status": "running" if today else draw.choice(["paused", "candidate"]), "today": today,
            "min_run": draw.choice([1, 2]), "min_pause": draw.choice([1, 2]),
            "benefit": draw.choice(["completion", "progress"]),
            "earliest": week(1) if not today and draw.random() < 0.2 else None,
        }  # fmt: skip
        parts.append(project(name, full, **facts))
    moves, ramp = draw.choice([None, 1, 2]), draw.choice([(0.0,), (0.25,)])
    window = {"start": week(draw.randint(0, 1)), "end": week(2)}
    parts.append(policy(**EXACT, **window, gpu_moves=moves, gpu_ramp=ramp))
    word = draw.choice(["focus", "pause", "normal"])
    parts.append(_stance(word, draw.choice(["ads", "chat"]), priority=0 if word == "normal" else None))
    return portfolio(*parts, weeks=weeks)
