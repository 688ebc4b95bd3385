"""What a study is about: a scenario, or the portfolio as it is under a policy."""

from __future__ import annotations

from flask import request

from app.actions.plans import plan_info
from app.actions.scenarios import Scenario
from app.errors import NotFound
from app.web import context


def chosen(known: list[Scenario], policies: list[str]) -> tuple[int | None, str]:
    """What the page is about: what `of` or `plan` names, else the newest code red, else the first policy."""
    if (number := request.args.get("plan", type=int)) is not None:
        plan = plan_info(context.db(), number)
        if plan.portfolio != context.portfolio_id():
            raise NotFound("plan", number)
        return (plan.scenario if any(one.id == plan.scenario for one in known) else None), plan.policy
    scenario, policy = subject(request.args.get("of", ""))
    if scenario is not None:
        found = next((one for one in known if one.id == scenario), None)
        if found is None:
            raise NotFound("scenario", scenario)
        return scenario, found.policy
    if policy:
        return None, policy
    red = next((one for one in known if one.kind == "code_red"), None)
    if red is not None:
        return red.id, red.policy
    return None, next((p for p in policies if "red" in p), policies[0] if policies else "")


def subject(text: str) -> tuple[int | None, str]:
    """`scenario:3` or `policy:normal`."""
    kind, _, name = text.partition(":")
    if kind == "scenario" and name.isascii() and name.isdigit():
        return int(name), ""
    return None, name if kind == "policy" else ""
