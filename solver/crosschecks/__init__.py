"""What must hold between records: one function per check, each yielding every fault it finds."""

from __future__ import annotations

from collections.abc import Collection

from solver.crosschecks import amounts, identity, policies, schedule, structure
from solver.crosschecks.view import Check, Tables, View
from solver.faults import Fault

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
)
"""The table of contents: everything that is checked between records, once each cell is sound."""


def cross_check(tables: Tables, drafts: Tables | None = None, torn: Collection[str] = ()) -> list[Fault]:
    """Every fault between the records.

    `drafts` are rows with unreadable cells (None there) but a readable key: they count as known, and nothing more.
    `torn` names the tables of which some keys could not be read. What depends on them is not judged, so that one
    mistake is not reported as a hundred; and where a value itself is impossible, no other check could reckon with it.
    """
    view = View(tables, drafts or {})
    unsound = list(identity.cells_that_can_be_written(view))
    if unsound:
        return unsound
    partial = {*torn, *(name for name, rows in (drafts or {}).items() if rows)}
    return [
        fault
        for check in CHECKS
        if not check.keys.intersection(torn) and not check.whole.intersection(partial)
        for fault in check(view)
    ]


__all__ = ["CHECKS", "Check", "Tables", "cross_check"]
