"""What a slide says: the facts of a brief as finished texts, so that drawing them is only a question of room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.web.formats import count, day, moment, number, percent, plural, signed
from app.web.language import _, ngettext
from app.web.reading.race import Race
from app.web.reading.way_back import BackWeek
from app.web.said import capital, said

GOALS = 7
PAYERS = 6
CLASSES = 6
NAMES = 3
"""The most names in one sentence."""


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A priority class: what it attains in percent of its ideal, what of it is not proven, and its deadlines."""

    name: str
    percent: float
    open: str
    deadlines: str


@dataclass(frozen=True, slots=True)
class Table:
    """Columns with headings; the first holds names, `rest` says what is left out or adds up.

    `loud` are the rows whose last cell must not be overlooked.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    rest: str = ""
    nothing: str = ""
    loud: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Slide:
    """The whole slide as texts; facts and risks are (what, text)."""

    kicker: str
    title: str
    state: str
    lead: str
    proof: str
    classes: tuple[ClassLine, ...]
    goals: Table
    payers: Table
    facts: tuple[tuple[str, str], ...]
    risks: tuple[tuple[str, str], ...]
    race: Race
    foot: str


def slide(stored: Any, facts: Mapping[str, Any]) -> Slide:
    """The slide of a stored plan from the facts of its brief."""
    policy, classes = facts["policy"], facts["classes"]
    head = stored.problem.head
    gap = max((row.result.gap_percent for row in classes), default=None)
    return Slide(
        kicker=_(
            "Brief for decision · %(portfolio)s · plan %(id)s", portfolio=head.name or head.portfolio, id=stored.id
        ),
        title=policy.name or policy.policy,
        state=said(facts["standing"].state),
        lead=_lead(facts),
        proof=_("%(status)s, largest gap %(gap)s", status=_proof(stored.status), gap=percent(gap, 2)),
        classes=tuple(_class(row) for row in classes[:CLASSES]),
        goals=_goals(facts),
        payers=_payers(facts),
        facts=tuple(_facts(stored, facts)),
        risks=(*_risks(facts), *_back_weeks(facts["back"] if policy.kind == "code_red" else ())),
        race=facts["race"],
        foot=_(
            "Computed %(at)s by %(who)s · checked by code that shares nothing with the planner · fingerprint of the "
            "portfolio %(digest)s",
            at=moment(stored.created_at),
            who=stored.who,
            digest=stored.digest[:23],
        ),
    )


def _proof(status: str) -> str:
    return _("proven") if status == "optimal" else said(status)


def _lead(facts: Mapping[str, Any]) -> str:
    """The decision in the sentences of the brief."""
    policy, window, classes = facts["policy"], facts["window"], facts["classes"]
    start, paying = window["start"], facts["paying"]
    called = policy.name or policy.policy
    if policy.kind == "code_red" and start:
        until = day(window["end"])
        what = _("Declare a code red from %(start)s to the end of the week of %(end)s.", start=day(start), end=until)
    else:
        what = _("Work under “%(policy)s”.", policy=called)
    top = [(capital(said(row.result.name)), percent(row.percent)) for row in classes[:1]]
    return " ".join((
        what,
        *(_("%(name)s attains %(percent)s of its ideal,", name=name, percent=share) for name, share in top),
        ngettext(
            "%(num)s of %(deadlines)s is met,", "%(num)s of %(deadlines)s are met,", facts["met"],
            deadlines=plural(facts["dated"], "deadline"),
        ),
        ngettext(
            "and %(num)s project gives up %(value)s of value.", "and %(num)s projects give up %(value)s of value.",
            paying, value=number(-facts["given_up"], 0),
        ),
    ))  # fmt: skip


def _class(row: Any) -> ClassLine:
    deadlines = _("%(part)s of %(whole)s", part=row.met, whole=row.goals) if row.goals else "–"
    return ClassLine(said(row.result.name), row.percent, percent(row.result.gap_percent, 2), deadlines)


def _goals(facts: Mapping[str, Any]) -> Table:
    shown = facts["goals"][:GOALS]
    rows = tuple(
        (
            goal.name,
            day(goal.complete) if goal.complete else _("not within"),
            day(goal.deadline),
            _("met") if goal.met else _("LATE") if goal.complete else _("MISSED"),
        )
        for goal in shown
    )
    left = facts["dated"] - len(rows)
    rest = _("And %(goals)s more.", goals=left) if left > 0 else ""
    heads = (_("Build"), _("Complete"), _("Deadline"), _("Result"))
    loud = frozenset(n for n, goal in enumerate(shown) if not goal.met)
    return Table(heads, rows, rest, _("No build has a deadline."), loud)


def _payers(facts: Mapping[str, Any]) -> Table:
    shown, lent = facts["payers"][:PAYERS], facts["lent"]
    rows = tuple((one.name, _change(one), str(one.paused or "–"), _back(lent.get(one.project))) for one in shown)
    left = facts["paying"] - len(rows)
    rest = _(
        "%(together)s %(value)s of value",
        together=_("With %(more)s more, together", more=left) if left > 0 else _("Together"),
        value=signed(facts["given_up"], 0),
    )
    heads = (_("Project"), _("Value"), _("Weeks off"), _("All back after"))
    return Table(heads, rows, rest if rows else "", _("No ongoing project loses value."))


def _change(account: Any) -> str:
    share = "" if account.percent is None else f" ({signed(account.percent, 0)} %)"
    return f"{signed(account.change, 0)}{share}"


def _back(loan: Any) -> str:
    if loan is None:
        return "–"
    return day(loan.back) if loan.back else _("not within")


def _facts(stored: Any, facts: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    policy, outcome, record = facts["policy"], stored.outcome, facts["record"]
    if policy.owner:
        yield _("Owner"), policy.owner
    if policy.reason:
        yield _("Why"), policy.reason
    if policy.exit_criteria:
        yield _("Ends early when"), policy.exit_criteria
    yield (
        _("Moves"),
        _(
            "%(nodes)s nodes, %(people)s FTE, %(pauses)s", nodes=number(outcome.arrivals.get("gpu", 0), 0),
            people=number(outcome.arrivals.get("engineer", 0)), pauses=plural(outcome.pauses, "pause"),
        ),
    )  # fmt: skip
    if outcome.cost:
        yield _("Cost"), f"{number(outcome.cost, 0)} {stored.problem.head.currency}"
    for words, kept in ((_("NOT kept"), False), (_("Kept"), True)):
        if names := [one.name for one in facts["protected"] if one.kept is kept]:
            yield words, _names(names)
    if record and record.id != stored.id:
        called = record.problem.policy[record.policy].name or record.policy
        yield _("Takes the place of"), _("plan %(id)s, %(policy)s", id=record.id, policy=called)


def _names(names: Sequence[str]) -> str:
    more, shown = len(names) - NAMES, _(", ").join(names[:NAMES])
    return _("%(names)s and %(more)s more", names=shown, more=more) if more > 0 else shown


def _back_weeks(found: Sequence[BackWeek]) -> Iterable[tuple[str, str]]:
    """The weeks in which somebody runs again, and the last in which something comes back."""
    for one in found:
        if one.again or one is found[-1]:
            many = len(one.again)
            again = ngettext("%(names)s runs again;", "%(names)s run again;", many, names=_names(one.again))
            out = _(
                "%(nodes)s nodes, %(people)s FTE still out", nodes=number(one.nodes_out, 0),
                people=number(one.people_out),
            )  # fmt: skip
            yield day(one.week), f"{again} {out}" if many else out


def _risks(facts: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    chances, run = facts["chances"], facts["run"]
    if not chances:
        recorded = facts["recorded"]
        yield (
            _("Risks"),
            ngettext(
                "Not simulated yet: %(num)s risk is recorded.", "Not simulated yet: %(num)s risks are recorded.",
                recorded,
            )
            if recorded
            else _("No risks are recorded, so nothing was simulated."),
        )  # fmt: skip
        return
    for one in chances["classes"][:3]:
        if one["value"]["planned"] > 0:
            middle, tenth = (percent(100 * one["value"][q] / one["value"]["planned"], 0) for q in ("p50", "p10"))
            yield (
                said(one["name"]),
                _(
                    "%(middle)s of what is planned in the middle future; one in ten below %(tenth)s", middle=middle,
                    tenth=tenth,
                ),
            )  # fmt: skip
    if chances["floors"]:
        broken = percent(chances["any_floor"])
        yield _("A floor breaks"), _("in %(any_floor)s of the futures", any_floor=broken)
    for goal in [g for g in chances["goals"] if g["in_time"] is not None][:3]:
        in_time = percent(100 * goal["in_time"], 0)
        yield goal["name"], _("in time in %(in_time)s of the futures", in_time=in_time)
    stale = "" if run.current else _("; ") + _("the risks were changed since")
    yield _("From"), _("%(futures)s futures, seed %(seed)s", futures=count(run.futures), seed=run.seed) + stale


def race_text(race: Race) -> str:
    """What the race against today's amounts comes to."""
    gain = signed(race.gain, 0)
    if race.lowest is None:
        return _("never behind today's amounts kept; %(gain)s at the end", gain=gain)
    cost = number(race.cost, 0)
    if race.even is not None:
        return _(
            "the lap costs %(cost)s; even from the week of %(week)s on; %(gain)s at the end", cost=cost,
            week=day(race.weeks[race.even]), gain=gain,
        )  # fmt: skip
    behind = number(-race.gain, 0)
    return _("not within this plan: %(behind)s behind at the end, %(cost)s at the most", behind=behind, cost=cost)
