"""Acknowledge what teams give and get in a week: known to who has to act, until another plan is approved."""

from __future__ import annotations

from collections.abc import Collection

from app.actions.plans import get_plan
from app.actions.week import Team, newest_approval, teams_of
from app.db import Database
from app.errors import Refused
from app.store import audit, moves_seen, records


def acknowledge_moves(db: Database, portfolio: str, approval: int, moves: Collection[Team], who: str) -> int:
    """Say that the moves of teams in weeks were seen, under the approval that was read; how many are new.

    Raises NotFound, or Refused when another plan was approved meanwhile, or where a team moves nothing.
    """
    if not moves:
        raise Refused("choose at least one team whose moves you acknowledge")
    with db.reading() as session:
        plan = newest_approval(session, portfolio).plan
    unknown = sorted(set(moves) - teams_of(get_plan(db, plan)))
    with db.session() as session:
        records.require(session, portfolio)
        newest = newest_approval(session, portfolio)
        if newest.id != approval or newest.plan != plan:
            raise Refused(f"plan {newest.plan} was approved meanwhile; look at its moves first")
        if unknown:
            raise Refused(f"{unknown[0][1]} gives and gets nothing in the week of {unknown[0][0]}")
        rows = moves_seen.of(session, portfolio, {week for week, _ in moves})
        known = {(r.week, r.team) for r in rows if r.approval == approval and r.who == who}
        fresh = sorted(set(moves) - known)
        if fresh:
            moves_seen.add(session, newest, fresh, who)
            detail = {"approval": approval, "moves": [[week.isoformat(), team] for week, team in fresh]}
            audit.add(session, portfolio, who, "acknowledge moves", subject=f"plan {plan}", detail=detail)
    return len(fresh)
