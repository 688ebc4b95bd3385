"""A client of the REST API with the planner's own objects: records, problems, progress and plans as `solver` has them.

It knows `solver` and nothing else of this application.
"""

from __future__ import annotations

from app.client.client import Client, Head, Inquiry, Job, Stored, Whole, Written
from app.client.wire import ApiError, ChangedMeanwhile, Fault, NotThere, SolveFailed

__all__ = [
    "ApiError", "ChangedMeanwhile", "Client", "Fault", "Head", "Inquiry", "Job", "NotThere", "SolveFailed", "Stored",
    "Whole", "Written",
]  # fmt: skip
