"""The answer of a policy: allowed or not, why, and on what basis. It refuses to be a bare boolean."""

from __future__ import annotations

from dataclasses import dataclass

from zhiheng.kernel.errors import Problem, Refused


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` explains a refusal or a grant; `basis` names the rule it rests on."""

    allowed: bool
    reason: Problem
    basis: str = ""

    def require(self) -> None:
        """Raise the refusal when the act is not allowed."""
        if not self.allowed:
            raise Refused(self.reason)
