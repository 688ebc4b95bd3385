"""Checks of services: their need, demand and pools, the levers that belong to them, and physics that cannot be."""

from __future__ import annotations

from collections.abc import Iterator

from solver.crosschecks.view import View, check, fault, some
from solver.faults import Fault
from solver.records import GPU, Eligible, Policy
from solver.serving.records import LanguageModel, Lever, Service, Sku
from solver.serving.roofline import least_memory, least_tpot, mfu
from solver.serving.services import (
    MOST_LEVERS,
    Yield,
    label_of,
    lever_sets,
    levers_in,
    load_of,
    measured_of,
    network_of,
    node_of,
    yields_of,
)

_ALL = ("models", "skus", "services", "levers", "throughput", "projects", "pools", "eligible")


@check(keys=("services",))
def need_without_full(view: View) -> Iterator[Fault]:
    """Only a service's need may leave it blank, and has to: it is its demand."""
    services = _needs(view)
    for n in view.rows["needs"]:
        if n.full is None and (n.project, n.need) not in services:
            yield fault("needs", n, "full", "is blank", "a plain decimal number such as 12.5, or a row in services.csv")


@check()
def size_of_a_service_in_its_need(view: View) -> Iterator[Fault]:
    right = {
        "full": "blank: it is the demand of the week in demand.csv",
        "minimum": "blank or 0: services.csv has its minimum_share",
        "standby": "blank or 0: a paused service serves nobody",
    }
    services = _needs(view)
    for n in view.rows["needs"]:
        for name in right if (n.project, n.need) in services else ():
            value = getattr(n, name)
            if value is not None and (value > 0 or name == "full"):
                yield fault("needs", n, name, f"is given for the service {n.project}", right[name])


@check()
def service_without_nodes(view: View) -> Iterator[Fault]:
    for s in view.rows["services"]:
        need = view.need.get((s.project, s.need))
        if need and need.kind != GPU:
            yield fault("services", s, "need", f"is a need of kind {need.kind}", "a need of kind gpu")


@check(keys=("skus",))
def pool_of_an_unknown_sku(view: View) -> Iterator[Fault]:
    services, known = _needs(view), {row.sku for row in view.known["skus"]}
    for e in view.rows["eligible"]:
        pool = view.pool.get(e.pool)
        if (e.project, e.need) in services and pool and pool.kind == GPU and pool.type not in known:
            message = f"has the type {pool.type}, which is not in skus.csv, but serves {e.project}"
            yield fault("eligible", e, "pool", message, f"a pool of a SKU such as {some(sorted(known), 3) or 'h100'}")


@check(whole=("portfolio", "demand"))
def service_without_demand(view: View) -> Iterator[Fault]:
    for s in view.rows["services"]:
        weeks = [d.week for d in view.rows["demand"] if d.project == s.project]
        if view.head and not any(week <= view.head.start for week in weeks):
            right = f"a row of it in demand.csv for {view.head.start} or earlier"
            yield fault("services", s, "project", "has no demand in the first week", right)


@check()
def more_active_than_parameters(view: View) -> Iterator[Fault]:
    for m in view.rows["models"]:
        if m.active_params_b is not None and m.active_params_b > m.params_b:
            yield fault("models", m, "active_params_b", f"is above all {m.params_b:g}", f"at most {m.params_b:g}")


@check()
def lever_that_is_no_build(view: View) -> Iterator[Fault]:
    for x in view.rows["levers"]:
        project = view.project.get(x.lever)
        if x.lever == x.service:
            yield fault("levers", x, "lever", "is the service itself", "a build project that delivers the lever")
        elif project and project.kind != "build":
            yield fault("levers", x, "lever", "is a run project, which is never complete", "a build project")


@check(keys=("throughput",))
def lever_that_brings_nothing(view: View) -> Iterator[Fault]:
    measured = {(t.service, lever) for t in view.known["throughput"] for lever in levers_in(t.levers)}
    for x in view.rows["levers"]:
        formula = x.weights or x.kv or x.prefix_hit > 0 or x.speculative_gain > 1 or x.batch_gain > 1
        if not formula and (x.service, x.lever) not in measured:
            right = "weights, kv, a gain, or a row in throughput.csv that names it"
            yield fault("levers", x, "lever", f"changes nothing for {x.service}", right)


@check()
def too_many_levers(view: View) -> Iterator[Fault]:
    counts: dict[str, int] = {}
    for x in view.rows["levers"]:
        counts[x.service] = counts.get(x.service, 0) + 1
        if counts[x.service] == MOST_LEVERS + 1:
            yield fault("levers", x, "lever", f"is lever {MOST_LEVERS + 1} of {x.service}", f"at most {MOST_LEVERS}")


@check(keys=("levers",))
def throughput_of_unknown_levers(view: View) -> Iterator[Fault]:
    of: dict[str, set[str]] = {}
    for x in view.known["levers"]:
        of.setdefault(x.service, set()).add(x.lever)
    for t in view.rows["throughput"]:
        strange = [lever for lever in levers_in(t.levers) if lever not in of.get(t.service, set())]
        if strange:
            right = some(sorted(of.get(t.service, set()))) or "blank: it has no levers"
            yield fault("throughput", t, "levers", f"names {some(strange)}, no lever of {t.service}", right)


@check(keys=("services",))
def floor_of_a_service_without_pool(view: View) -> Iterator[Fault]:
    services = _needs(view)
    for f in view.rows["floors"]:
        if f.pool is None and (f.project, f.need) in services:
            right = "a pool, whose nodes it keeps; what is served at least is minimum_share in services.csv"
            yield fault("floors", f, "pool", f"is blank for the service {f.project}", right)


@check(keys=("stances",))
def lever_below_its_service(view: View) -> Iterator[Fault]:
    """A lower class is decided after its service, which would never see the lever."""
    stances = {(s.policy, s.project): s for s in view.rows["stances"]}
    for x in view.rows["levers"]:
        mine, served = view.project.get(x.lever), view.project.get(x.service)
        if not mine or not served or mine.status == "done":
            continue
        if mine.priority > served.priority:
            message = f"has priority {mine.priority}, below {x.service}, which is decided first"
            yield fault("levers", x, "lever", message, f"a build of priority {served.priority} or higher")
            continue
        for policy in view.rows["policies"]:
            ours, theirs = (
                _rank(stances.get((policy.policy, p.project)), p.priority) for p in (mine, served)
            )  # fmt: skip
            if ours > theirs:
                message = f"is below {x.service} under the policy {policy.policy}, which decides {x.service} first"
                right = f"the stance of {x.service} for {x.lever} too (or pause), or a higher priority there"
                yield fault("levers", x, "lever", message, right)


def _rank(stance: object, priority: int) -> int:
    """The class inside the policy's window; a paused project has none that could be too low."""
    word, own = getattr(stance, "stance", "normal"), getattr(stance, "priority", None)
    if word in ("focus", "pause"):
        return 0
    return 1 + (priority if own is None else own)


@check(whole=_ALL)
def model_that_does_not_fit(view: View) -> Iterator[Fault]:
    """Some set of levers fits into the memory cap and meets the TPOT limit; today's does where nodes serve today."""
    for e, service, model, sku in _serving_pools(view):
        always, able = _levers(view, service)
        measured = measured_of(view.rows["throughput"], service.project)
        busy = view.baseline.get((e.project, e.need, e.pool), 0.0) > 0
        for policy in view.rows["policies"]:
            sets = lever_sets(always, able)[: 1 if busy else None]
            found: dict[tuple[str, str], Yield] = yields_of(service, model, [sku], sets, measured, policy.memory_cap)
            if not found:
                yield _impossible(e, service, (model, sku), sets, policy)


def _impossible(
    pool: Eligible, service: Service, hardware: tuple[LanguageModel, Sku], sets: list[tuple[Lever, ...]], policy: Policy
) -> Fault:
    """What is missing with the set of levers that comes nearest: memory first, then time."""
    model, sku = hardware
    node, network = node_of(sku), network_of(model)
    loads = [load_of(service, levers, policy.memory_cap) for levers in sets]
    today = "" if len(sets) > 1 else f" with {label_of(x.lever for x in sets[0]) or 'no lever'}"
    room, leanest = policy.memory_cap * node.memory, min(loads, key=lambda load: least_memory(network, load))
    asked = least_memory(network, leanest)
    if asked > room:
        message = (
            f"cannot hold {model.model}{today}: weights in {leanest.weights} and a sequence take {asked / 1e9:.1f} GB,"
            f" {(asked - room) / 1e9:.1f} GB more than the {room / 1e9:.1f} GB of a {sku.sku} node under the memory cap"
            f" {policy.memory_cap:g} of policy {policy.policy}"
        )
        return fault("eligible", pool, "pool", message, "another pool, a narrower precision, or a higher memory_cap")
    holding = [load for load in loads if least_memory(network, load) <= room]
    alone = 1000 * min(least_tpot(node, network, load) for load in holding)
    message = (
        f"is too slow for {model.model}{today}: one sequence alone takes {alone:.1f} ms per token on a {sku.sku} node,"
        f" above the limit of {service.tpot_ms:g} ms"
    )
    return fault("eligible", pool, "pool", message, "another pool, a higher tpot_ms, or a row in throughput.csv")


@check(whole=_ALL)
def throughput_beyond_the_peak(view: View) -> Iterator[Fault]:
    models, skus = {m.model: m for m in view.rows["models"]}, {s.sku: s for s in view.rows["skus"]}
    services, levers = {s.project: s for s in view.rows["services"]}, view.rows["levers"]
    for t in view.rows["throughput"]:
        service, sku = services.get(t.service), skus.get(t.sku)
        model = models.get(service.model) if service else None
        if not service or not sku or not model:
            continue
        chosen = [x for x in levers if x.service == t.service and x.lever in levers_in(t.levers)]
        share = mfu(node_of(sku), network_of(model), load_of(service, chosen, 1.0), t.tokens_per_s)
        if share > 1.0:
            message = f"would take {100 * share:.0f} % of what a {t.sku} node can compute"
            right = f"at most {t.tokens_per_s / share:.0f} tokens/s of one node"
            yield fault("throughput", t, "tokens_per_s", message, right)


def _needs(view: View) -> set[tuple[str, str]]:
    """The needs of services."""
    return {(s.project, s.need) for s in view.known["services"]}


def _serving_pools(view: View) -> Iterator[tuple[Eligible, Service, LanguageModel, Sku]]:
    """Eligible rows of services whose model and SKU are known."""
    models, skus = {m.model: m for m in view.rows["models"]}, {s.sku: s for s in view.rows["skus"]}
    services = {(s.project, s.need): s for s in view.rows["services"]}
    for e in view.rows["eligible"]:
        service, pool = services.get((e.project, e.need)), view.pool.get(e.pool)
        model, sku = models.get(service.model) if service else None, skus.get(pool.type) if pool else None
        if service and model and sku:
            yield e, service, model, sku


def _levers(view: View, service: Service) -> tuple[list[Lever], list[Lever]]:
    """The levers of a service that are delivered, and those that may be."""
    rows = [x for x in view.rows["levers"] if x.service == service.project and x.lever in view.project]
    always = [x for x in rows if view.project[x.lever].status == "done"]
    able = [x for x in rows if x not in always and view.project[x.lever].must != "out"]
    return always, able[:MOST_LEVERS]
