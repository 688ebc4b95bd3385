"""Who may use which page and operation: one table for both doors; what is not in it is refused to everybody.

request -> endpoint -> the role it needs, and of what -> the portfolio of that -> the account's role there
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.roles import Role
from solver.records import TABLES

VIEWER, MANAGER, EXECUTIVE, ADMIN = Role.VIEWER, Role.MANAGER, Role.EXECUTIVE, Role.ADMIN


class Of(StrEnum):
    """In which portfolio the role is needed."""

    ANYBODY = "nobody need be signed in"
    ONESELF = "one's own things, or a page that shows only what its reader may see"
    SOME = "any portfolio at all"
    ALL = "all portfolios, those to come as well"
    CHOSEN = "the portfolio that the page shows"
    PORTFOLIO = "the portfolio in the address"
    PLAN = "the portfolio of the plan in the address"
    JOB = "the portfolio of the job in the address"
    SCENARIO = "the portfolio of the scenario in the address"
    FRONTIER = "the portfolio of the trade-off in the address"
    SWEEP = "the portfolio of the sweep in the address"
    INQUIRY = "the portfolio of the plan that the inquiry in the address is about"
    UPLOAD = "the portfolio that the upload is for"
    NAMED = "the portfolio that the form or the body names"
    EXAMPLE = "the portfolio of the example"


@dataclass(frozen=True, slots=True)
class Right:
    """What an endpoint asks for: at least this role in the portfolio that `of` finds; None: to be signed in."""

    role: Role | None
    of: Of


def _right(role: Role | None, of: Of, names: str, prefix: str = "") -> dict[str, Right]:
    return {prefix + name: Right(role, of) for name in names.split()}


WEB: dict[str, Right] = {
    **_right(None, Of.ANYBODY, "static sign_in.show sign_in.submit sign_in.away sign_in.back"),
    **_right(None, Of.ANYBODY, "health.live health.ready health.figures language.choose calendar.show"),
    **_right(None, Of.ONESELF, "situation.show sign_in.out export.empty account.show account.end_session"),
    **_right(None, Of.ONESELF, "account.add_token account.remove_token account.password account.language calendar.add"),
    **_right(VIEWER, Of.CHOSEN, "plan.listing scenarios.listing compare.show portfolio.show capacity.show export.show"),
    **_right(VIEWER, Of.CHOSEN, "grid.choose grid.show grid.table_rows"),
    **_right(VIEWER, Of.CHOSEN, "week.show week.file"),
    **_right(VIEWER, Of.PLAN, "plan.show plan.moves plan.why plan.ledger plan.recheck brief.show people.show"),
    **_right(VIEWER, Of.PLAN, "risks.show risks.state risks.file export.plan_zip export.plan_file approve.form"),
    **_right(VIEWER, Of.PLAN, "brief.picture plan.use"),
    **_right(VIEWER, Of.PLAN, "inquiries.show inquiries.state"),
    **_right(MANAGER, Of.PLAN, "inquiries.ask inquiries.cancel inquiries.try_way"),
    **_right(VIEWER, Of.JOB, "jobs.show jobs.progress"),
    **_right(VIEWER, Of.SCENARIO, "scenarios.show"),
    **_right(VIEWER, Of.CHOSEN, "tradeoffs.listing"),
    **_right(VIEWER, Of.FRONTIER, "tradeoffs.show tradeoffs.state tradeoffs.file"),
    **_right(MANAGER, Of.CHOSEN, "tradeoffs.start"),
    **_right(MANAGER, Of.FRONTIER, "tradeoffs.cancel tradeoffs.try_point"),
    **_right(VIEWER, Of.CHOSEN, "sweeps.listing"),
    **_right(VIEWER, Of.SWEEP, "sweeps.show sweeps.state sweeps.file"),
    **_right(MANAGER, Of.CHOSEN, "sweeps.start"),
    **_right(MANAGER, Of.SWEEP, "sweeps.cancel"),
    **_right(VIEWER, Of.PLAN, "review.show review.table"),
    **_right(MANAGER, Of.PLAN, "review.record review.replan"),
    **_right(VIEWER, Of.PORTFOLIO, "export.portfolio_zip export.portfolio_book export.table_csv"),
    **_right(MANAGER, Of.SOME, "imports.form imports.upload"),
    **_right(MANAGER, Of.UPLOAD, "imports.show imports.steps imports.apply imports.headings"),
    **_right(MANAGER, Of.EXAMPLE, "imports.example"),
    **_right(MANAGER, Of.CHOSEN, "records.edit records.save records.new records.add records.remove"),
    **_right(MANAGER, Of.CHOSEN, "grid.check grid.commit"),
    **_right(MANAGER, Of.CHOSEN, "scenarios.copy jobs.start week.acknowledge"),
    **_right(MANAGER, Of.SCENARIO, "scenarios.change scenarios.undo scenarios.rename scenarios.archive"),
    **_right(MANAGER, Of.JOB, "jobs.cancel jobs.apply_repair"),
    **_right(MANAGER, Of.PLAN, "people.order risks.start risks.plan_robustly approve.propose"),
    **_right(EXECUTIVE, Of.CHOSEN, "declare.show declare.submit situation.acknowledge situation.end scenarios.order"),
    **_right(EXECUTIVE, Of.PLAN, "approve.approve approve.send_back"),
    **_right(ADMIN, Of.CHOSEN, "listing log add remove test again", "webhooks."),
    **_right(ADMIN, Of.SOME, "accounts.listing"),
    **_right(ADMIN, Of.NAMED, "accounts.role"),
    **_right(ADMIN, Of.ALL, "accounts.add accounts.password accounts.shut accounts.open_again operators.listing"),
    **_right(ADMIN, Of.JOB, "operators.again"),
}


def _of_records(tables: Iterable[str]) -> dict[str, Right]:
    """The operations of every record kind but the portfolio itself: viewers read, managers write."""
    rights: dict[str, Right] = {}
    for table in tables:
        kind = TABLES[table].__name__
        rights |= _right(VIEWER, Of.PORTFOLIO, f"list_{table} get_{kind}")
        rights |= _right(MANAGER, Of.PORTFOLIO, f"create_{kind} put_{kind} change_{kind} remove_{kind}")
    return rights


API: dict[str, Right] = {
    **_right(None, Of.ANYBODY, "reference openapi_document"),
    **_right(None, Of.ONESELF, "_list"),
    **_right(MANAGER, Of.NAMED, "_create"),
    **_right(VIEWER, Of.PORTFOLIO, "_get _list_scenarios _list_jobs _list_plans"),
    **_right(MANAGER, Of.PORTFOLIO, "_write _create_scenario _start_job"),
    **_right(VIEWER, Of.PORTFOLIO, "_list_advice"),
    **_right(EXECUTIVE, Of.PORTFOLIO, "_acknowledge_advice _end_code_red _order_code_reds"),
    **_right(VIEWER, Of.SCENARIO, "_get_scenario"),
    **_right(VIEWER, Of.JOB, "_get_job"),
    **_right(MANAGER, Of.JOB, "_cancel_job"),
    **_right(VIEWER, Of.PLAN, "_get_plan _get_plan_table"),
    **_right(VIEWER, Of.PORTFOLIO, "_list_sweeps"),
    **_right(MANAGER, Of.PORTFOLIO, "_start_sweep"),
    **_right(VIEWER, Of.SWEEP, "_get_sweep _get_sweep_results"),
    **_right(MANAGER, Of.SWEEP, "_cancel_sweep"),
    **_right(VIEWER, Of.PLAN, "_list_inquiries"),
    **_right(MANAGER, Of.PLAN, "_start_inquiry"),
    **_right(VIEWER, Of.INQUIRY, "_get_inquiry"),
    **_right(MANAGER, Of.INQUIRY, "_cancel_inquiry _apply_way"),
    **_of_records(table for table in TABLES if table != "portfolio"),
}
