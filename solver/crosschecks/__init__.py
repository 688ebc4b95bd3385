"""What must hold between records: one function per check, each yielding every fault it finds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from solver.crosschecks import actuals, amounts, identity, people, policies, risks, schedule, serving, structure
from solver.crosschecks.view import Check, Tables, View
from solver.faults import Fault, Notice

CHECKS: tuple[Check, ...] = (
    identity.exactly_one_portfolio,
    identity.horizon_within_the_calendar,
    identity.duplicate_keys,
    *identity.unknown_references,
    structure.build_without_duration,
    structure.need_without_pool,
    structure.minimum_above_full,
    structure.standby_above_full,
    structure.pool_of_another_kind,
    structure.link_to_itself,
    structure.requires_what_never_completes,
    structure.circle_of_requires,
    schedule.fixed_without_build,
    schedule.fixed_without_whole_weeks,
    schedule.fixed_but_paused,
    schedule.pauses_what_is_fixed,
    schedule.fixed_need_with_less,
    schedule.need_called_value,
    schedule.profile_of_what_is_not_there,
    amounts.baseline_on_ineligible_pool,
    amounts.baseline_off_step,
    amounts.baseline_above_capacity,
    amounts.pin_on_ineligible_pool,
    amounts.pin_off_step,
    amounts.pin_ends_before_it_starts,
    amounts.pin_above_capacity,
    amounts.pins_that_overlap,
    policies.policy_ends_before_it_starts,
    policies.code_red_without_facts,
    policies.protects_what_cannot_run,
    policies.pauses_what_must_run,
    policies.floor_without_one_size,
    policies.floor_on_ineligible_pool,
    policies.floor_of_a_paused_project,
    policies.floor_above_capacity,
    serving.need_without_full,
    serving.size_of_a_service_in_its_need,
    serving.service_without_nodes,
    serving.pool_of_an_unknown_sku,
    serving.service_without_demand,
    serving.more_active_than_parameters,
    serving.lever_that_is_no_build,
    serving.lever_that_brings_nothing,
    serving.too_many_levers,
    serving.throughput_of_unknown_levers,
    serving.floor_of_a_service_without_pool,
    serving.lever_below_its_service,
    serving.model_that_does_not_fit,
    serving.throughput_beyond_the_peak,
    people.person_of_no_engineers,
    people.person_whose_pool_does_not_serve_the_project,
    risks.risk_without_its_target,
    risks.risk_with_another_target,
    risks.risk_without_its_figures,
    risks.risk_with_other_figures,
    risks.risk_figures_out_of_order,
    risks.risk_share_that_is_a_percentage,
    risks.risk_ends_before_it_starts,
    risks.slip_of_what_is_no_build,
    risks.delay_of_nothing,
    actuals.actual_without_its_figure,
    actuals.actual_with_another_figure,
    actuals.actual_progress_of_what_is_no_build,
    actuals.actual_on_ineligible_pool,
)
"""The table of contents: everything that is checked between records, once each cell is sound."""

REMARKS: tuple[Callable[[View], Iterator[Notice]], ...] = (
    people.people_beside_capacity,
    people.people_beside_baseline,
)
"""What is possible, but what its author should know."""


def cross_check(
    tables: Tables, drafts: Tables | None = None, torn: Collection[str] = (), written: Tables | None = None
) -> list[Fault]:
    """Every fault between the records.

    `drafts` are rows with unreadable cells (None there) but a readable key: they count as known, and nothing more.
    `torn` names the tables of which some keys could not be read. What depends on them is not judged, so that one
    mistake is not reported as a hundred; and where a value itself is impossible, no other check could reckon with it.
    `written` are the rows whose cells nobody has judged yet, where that are not all.
    """
    view = View(tables, drafts or {})
    unsound = list(identity.cells_that_can_be_written(view if written is None else View(written, {})))
    if unsound:
        return unsound
    partial = {*torn, *(name for name, rows in (drafts or {}).items() if rows)}
    return [
        fault
        for check in CHECKS
        if not check.keys.intersection(torn) and not check.whole.intersection(partial)
        for fault in check(view)
    ]


def remarks(tables: Tables) -> list[Notice]:
    """What the author of sound records should know about them."""
    view = View(tables, {})
    return [notice for remark in REMARKS for notice in remark(view)]


__all__ = ["CHECKS", "REMARKS", "Check", "Tables", "cross_check", "remarks"]
