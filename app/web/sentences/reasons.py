"""Why a project runs, is slow or rests: what solver.reasons says."""

from __future__ import annotations

from app.web.language import N_

REASONS: tuple[str, ...] = (
    # the reasons of reasons.csv
    N_("full pace"),
    N_("scarce"),
    N_("ramping up"),
    N_("last work"),
    N_("held back"),
    N_("pinned"),
    N_("move limit"),
    N_("growth limit"),
    N_("cost limit"),
    N_("spare left"),
    N_("paused by policy"),
    N_("forced out"),
    N_("too early"),
    N_("requires"),
    N_("excluded"),
    N_("dwell"),
    N_("too late"),
    N_("no room"),
    N_("no value"),
    N_("not chosen"),
    N_("complete"),
    # their sentences
    N_("The work is done; it holds nothing any more."),
    N_("Every need has all it can use."),
    N_(
        "Runs at %(share)s: its scarcest need is %(need)s, %(got)s of %(amount)s, of which %(useful)s count: "
        "newcomers are ramping up."
    ),
    N_(
        "Runs at %(share)s: its scarcest need is %(need)s, %(got)s of %(amount)s, of which %(useful)s count: "
        "newcomers are ramping up and being mentored."
    ),
    N_("Runs at %(share)s: its scarcest need is %(need)s, %(got)s of %(amount)s. %(said)s"),
    N_("Serves %(served)s of the %(asked)s tokens/s asked of it. %(said)s"),
    N_("Runs at %(share)s: no more than that of a week's work was left."),
    N_("Runs at %(share)s, which is less than its supply allows; more would add nothing."),
    N_("Pinned there: %(list)s."),
    N_("All it may use is given out: %(series)s."),
    N_("%(pool)s (%(amount)s: %(list)s)"),
    N_("%(count)s others %(rest)s"),
    N_("its own"),
    N_("%(list)s are spare, but all %(limit)s arrivals of that week are used."),
    N_("%(list)s are spare, but its engineers may grow to %(most)s in that week only."),
    N_("%(list)s are spare, but the week's cost limit is used up."),
    N_("%(list)s are spare, which the plan does not give it in the week of %(day)s."),
    N_("%(amount)s of %(pool)s"),
    N_("It adds no value to the plan."),
    N_("Its minimum would fit into this week alone, and no limit of the week forbids it. Ask what it would take."),
    N_("It is forced out (must=out): it never runs."),
    N_("%(policy)s pauses it until %(day_end)s; it runs again in the week of %(day_back)s."),
    N_("%(policy)s pauses it until %(day_end)s; it does not run again within this plan."),
    N_("%(policy)s pauses it to the end of the plan; it runs again in the week of %(day_back)s."),
    N_("%(policy)s pauses it to the end of the plan; it does not run again within this plan."),
    N_("It may not run before %(day)s."),
    N_("It waits for %(list)s."),
    N_("%(project)s (complete in the week of %(day)s)"),
    N_("%(project)s (not complete in this plan)"),
    N_("It excludes %(project)s, which runs in this plan."),
    N_("Paused in the week of %(day)s; a pause of it lasts at least %(weeks)s weeks."),
    N_("%(takes)s weeks of work are left and %(left)s weeks of the plan: it would yield nothing."),
    N_(
        "Its minimum of %(amount)s for %(need)s is not there: it holds %(own)s, %(spare)s are spare; of "
        "%(list_pools)s %(list_held)s."
    ),
    N_("Its minimum of %(amount)s for %(need)s is not there: it holds %(own)s, %(spare)s are spare."),
    N_("higher classes hold %(number)s"),
    N_("its own class hold %(number)s"),
    N_("lower classes hold %(number)s"),
    N_("It would take %(lack)s %(said_kind)s arrivals for its minimum; %(left)s are left in that week."),
    N_("Its minimum costs %(cost)s; %(left)s are left."),
)
