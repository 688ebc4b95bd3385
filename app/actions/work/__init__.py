"""Long work: jobs that wait in the database, workers that claim them, and what is done for each kind.

a request -> a row of jobs -> claimed under a lease by a worker of any process -> its kind
-> one transaction: the result, and the end of the job
"""

from app.actions.work.here import cancel_here, elsewhere, leave_to_others, shut_down, use, wake, watch
from app.actions.work.kinds import FRONTIER, FUTURES, INQUIRY, ORDERS, PLAN, ROBUST, SWEEP
from app.actions.work.worker import Worker

__all__ = [
    "FRONTIER", "FUTURES", "INQUIRY", "ORDERS", "PLAN", "ROBUST", "SWEEP", "Worker", "cancel_here", "elsewhere",
    "leave_to_others", "shut_down", "use", "wake", "watch",
]  # fmt: skip
