"""The smallest company with something to decide: two products, one pool of nodes, one of engineers, four weeks."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "portfolio": "portfolio,name,start,weeks\ntiny,Tiny,2025-12-01,4\n",
    "pools": "pool,kind,type\nnodes,gpu,h100\nengineers,engineer,backend\n",
    "capacity": "pool,week,amount\nnodes,2025-12-01,10\nengineers,2025-12-01,6\n",
    "projects": (
        "project,kind,priority,value,status\nchat,run,0,10,running\nads,run,2,5,running\n"
    ),
    "needs": (
        "project,need,kind,full,minimum\n"
        "chat,gpu,gpu,8,2\nchat,people,engineer,4,1\nads,gpu,gpu,8,2\nads,people,engineer,4,1\n"
    ),
    "eligible": (
        "project,need,pool\nchat,gpu,nodes\nchat,people,engineers\nads,gpu,nodes\nads,people,engineers\n"
    ),
    "baseline": (
        "project,need,pool,amount\nchat,gpu,nodes,4\nchat,people,engineers,2\nads,gpu,nodes,6\nads,people,engineers,4\n"
    ),
    "policies": (
        "policy,kind,start,end,owner,reason\n"
        "normal,normal,,,,\ncode-red,code_red,2025-12-01,2025-12-22,owner,visits fall\n"
    ),
    "stances": "policy,project,stance\ncode-red,chat,focus\ncode-red,ads,pause\n",
}  # fmt: skip


def tiny(folder: Path, **changed: str) -> Path:
    """The folder with the files of the company, some of them exchanged."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, text in {**FILES, **changed}.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    return folder
