"""Who may do what: four roles in one order, and what an account is in each portfolio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

EVERYWHERE = "*"
"""In a grant: every portfolio, those to come as well."""


class Role(IntEnum):
    """Each may do what those before it may."""

    VIEWER = 1
    """Reads plans, records and the audit trail."""
    MANAGER = 2
    """Changes records, imports, makes scenarios and recomputes."""
    EXECUTIVE = 3
    """Declares a code red and approves plans."""
    ADMIN = 4
    """Has accounts made and revoked."""

    @property
    def word(self) -> str:
        """The role as it is typed and stored."""
        return self.name.lower()


ROLES = {role.word: role for role in Role}


@dataclass(frozen=True, slots=True)
class Account:
    """Who is asking, and the most that they may do: of a token, what it was made for.

    `language` is the one that the account reads; blank: whichever the browser asks for.
    """

    name: str
    grants: Mapping[str, Role]
    most: Role = Role.ADMIN
    only: str = EVERYWHERE
    language: str = ""

    def role(self, portfolio: str) -> Role | None:
        """What the account is in a portfolio; None where it sees nothing."""
        if self.only not in (EVERYWHERE, portfolio):
            return None
        found = [self.grants[p] for p in (portfolio, EVERYWHERE) if p in self.grants]
        return min(max(found), self.most) if found else None

    def may(self, needed: Role, portfolio: str) -> bool:
        """Whether the account is at least this in a portfolio."""
        role = self.role(portfolio)
        return role is not None and role >= needed

    def may_somewhere(self, needed: Role) -> bool:
        """Whether there is any portfolio that the account is at least this in."""
        return any(self.may(needed, p) for p in (self.grants if self.only == EVERYWHERE else (self.only,)))
