"""Checks of what is needed: builds, needs and their pools, and links between projects."""

from __future__ import annotations

from collections.abc import Iterator

from solver.crosschecks.view import View, check, fault, some
from solver.faults import Fault
from solver.records import Link


@check()
def build_without_duration(view: View) -> Iterator[Fault]:
    for p in view.rows["projects"]:
        if p.kind == "build" and p.duration is None:
            yield fault("projects", p, "duration", "is blank for a build", "the weeks it takes at full pace, such as 8")


@check(keys=("eligible",))
def need_without_pool(view: View) -> Iterator[Fault]:
    served = {(project, need) for project, need, _ in view.eligible}
    for n in view.rows["needs"]:
        if (n.full is None or n.full > 0) and (n.project, n.need) not in served:
            right = f"a row in eligible.csv with a pool of kind {n.kind}"
            yield fault("needs", n, "need", f"of {n.project} has no eligible pool", right)


@check()
def minimum_above_full(view: View) -> Iterator[Fault]:
    for n in view.rows["needs"]:
        if n.full is not None and n.minimum > n.full:
            yield fault("needs", n, "minimum", f"is above full ({n.full:g})", f"at most {n.full:g}")


@check()
def standby_above_full(view: View) -> Iterator[Fault]:
    for n in view.rows["needs"]:
        if n.full is not None and n.standby > n.full:
            yield fault("needs", n, "standby", f"is above full ({n.full:g})", f"at most {n.full:g}")


@check()
def pool_of_another_kind(view: View) -> Iterator[Fault]:
    for e in view.rows["eligible"]:
        need, pool = view.need.get((e.project, e.need)), view.pool.get(e.pool)
        if need and pool and need.kind != pool.kind:
            fitting = some([p.pool for p in view.rows["pools"] if p.kind == need.kind], 3)
            message = f"is a pool of kind {pool.kind}, but {e.project} needs {need.kind} for {e.need}"
            right = f"a pool of kind {need.kind}" + (f" such as {fitting}" if fitting else "")
            yield fault("eligible", e, "pool", message, right)


@check()
def link_to_itself(view: View) -> Iterator[Fault]:
    for link in view.known["links"]:
        if link.project == link.other:
            yield fault("links", link, "other", f"{link.relation} itself", "another project")


@check()
def requires_what_never_completes(view: View) -> Iterator[Fault]:
    """A run project is never complete, unless it was done before the first week."""
    for link in view.rows["links"]:
        other = view.project.get(link.other)
        if link.relation != "requires" or link.project == link.other or not other:
            continue
        if other.kind == "run" and other.status != "done":
            yield fault("links", link, "other", "is a run project, which is never complete", "a build project")


@check()
def circle_of_requires(view: View) -> Iterator[Fault]:
    """One fault for every `requires` that closes a circle (depth first, without recursion)."""
    after: dict[str, list[Link]] = {}
    for link in view.known["links"]:
        if link.relation == "requires" and link.project != link.other:
            after.setdefault(link.project, []).append(link)
    finished: set[str] = set()
    for start in after:
        if start not in finished:
            yield from _circles(start, after, finished)


def _circles(start: str, after: dict[str, list[Link]], finished: set[str]) -> Iterator[Fault]:
    path = {start: None}
    trail = [iter(after[start])]
    while trail:
        link = next(trail[-1], None)
        if link is None:
            trail.pop()
            finished.add(path.popitem()[0])
        elif link.other in path:
            names = list(path)
            circle = " -> ".join([*names[names.index(link.other) :], link.other])
            yield fault("links", link, "other", f"closes a circle: {circle}", "a build that does not require this one")
        elif link.other not in finished:
            path[link.other] = None
            trail.append(iter(after.get(link.other, ())))
