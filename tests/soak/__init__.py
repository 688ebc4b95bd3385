"""Many users: editors, viewers and a large portfolio on the real server; `python -m tests.soak` is the long run."""
