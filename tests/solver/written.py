"""A small portfolio written by hand as CSV texts, and what reading it with changes finds."""

from __future__ import annotations

from collections.abc import Mapping

from solver.faults import Fault, InvalidInput
from solver.folder import Reading, read_files

FILES: dict[str, str] = {
    "portfolio": "portfolio,name,start,weeks\nacme,Acme,2025-12-01,8\n",
    "pools": "pool,kind,type,step\nh100,gpu,h100,\nml,engineer,ml,\nh200,gpu,h200,2\ncash,money,usd,\n",
    "capacity": "pool,week,amount\nh100,2025-12-01,10\nml,2025-12-01,5\nh200,2025-12-01,8\ncash,2025-12-01,100\n",
    "projects": (
        "project,kind,priority,value,duration,status,must\n"
        "chat,run,0,10,,running,\nspeed,build,1,5,4,candidate,\nads,run,3,2,,running,\nold,build,2,1,3,done,\n"
    ),
    "needs": (
        "project,need,kind,full,minimum,standby\n"
        "chat,gpu,gpu,6,2,1\nchat,people,engineer,2,0.5,0\nspeed,people,engineer,2,,\nads,gpu,gpu,4,1,0\n"
    ),
    "eligible": (
        "project,need,pool,rate\n"
        "chat,gpu,h100,\nchat,gpu,h200,2\nchat,people,ml,\nspeed,people,ml,\nads,gpu,h100,\n"
    ),
    "baseline": "project,need,pool,amount\nchat,gpu,h100,4\nchat,people,ml,1.5\nads,gpu,h100,4\n",
    "links": "project,relation,other\nspeed,requires,old\nads,excludes,speed\n",
    "pins": "project,need,pool,from,to,amount\nchat,gpu,h100,2025-12-01,2025-12-08,4\nchat,gpu,h100,2025-12-15,,5\n",
    "policies": (
        "policy,kind,start,end,owner,reason\n"
        "normal,normal,,,,\nred,code_red,2025-12-08,2026-01-05,Ada,users fall\n"
    ),
    "stances": "policy,project,stance,priority\nred,chat,protect,\nred,ads,pause,\n",
    "floors": "policy,project,need,pool,week,amount,share\nred,chat,gpu,h100,,4,\nred,chat,people,,,,1\n",
    "signals": "signal,date,value\nusers,2025-11-30,203\nusers,2025-12-01,191\n",
    "triggers": "trigger,signal,window_days,drop,policy\nfall,users,7,0.06,red\n",
    "people": (
        "person,pool,site,project,fte,locked_until,skills\n"
        "ada,ml,London,chat,,2025-12-17,kernels\nbob,ml,,chat,0.5,,\ncyd,ml,,,,,\ndee,ml,,,,,\neve,ml,,,,,\nfay,ml,,,0.5,,\n"
    ),
    "risks": (
        "risk,kind,pool,project,need,distribution,low,mode,high,mean,sd,chance,from,to\n"
        "late,slip,,speed,,fixed,,,,0.5,,0.5,2025-12-08,\nleave,attrition,ml,,,triangular,0.1,0.2,0.3,,,,,\n"
    ),
    "actuals": (
        "project,week,need,pool,amount,pace,progress,note\n"
        "chat,2025-12-01,gpu,h100,3,,,one node late\nchat,2025-12-01,,,,0.5,,\nspeed,2025-12-01,,,,0.4,0.1,\n"
    ),
}  # fmt: skip
"""Valid; the tests below break one thing at a time."""


def reading(changes: Mapping[str, str | bytes | None]) -> Reading:
    """Read the portfolio with whole files exchanged (None: missing)."""
    files = {**FILES, **changes}
    return read_files({
        f"{name}.csv": text if isinstance(text, bytes) else text.encode()
        for name, text in files.items() if text is not None
    })  # fmt: skip


def attempt(changes: Mapping[str, str | bytes | None]) -> tuple[Reading | None, tuple[Fault, ...]]:
    """The reading, or its faults; anything else that is raised passes through."""
    try:
        return reading(changes), ()
    except InvalidInput as invalid:
        return None, invalid.faults


def faults_of(**changes: str | bytes | None) -> tuple[Fault, ...]:
    """The faults of the portfolio with whole files exchanged."""
    return attempt(changes)[1]


def swapped(table: str, old: str, new: str) -> dict[str, str]:
    """The one file in which a piece of text was exchanged."""
    assert FILES[table].count(old) == 1, f"{old!r} must be there once"
    return {table: FILES[table].replace(old, new)}


def only(**changes: str | None) -> Fault:
    """The one fault of the portfolio with these files exchanged."""
    faults = faults_of(**changes)
    assert len(faults) == 1, [str(f) for f in faults]
    return faults[0]


def added(table: str, *rows: str) -> dict[str, str]:
    """The one file with rows at its end."""
    return {table: FILES[table] + "".join(row + "\n" for row in rows)}


def place(fault: Fault) -> tuple[str, int | None, str | None, str | None]:
    """Where a fault is and what was found there."""
    return fault.file, fault.line, fault.column, fault.value
