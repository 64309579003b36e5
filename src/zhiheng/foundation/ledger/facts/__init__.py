"""The vocabulary of facts that all rooms share: typed, versioned payloads of entries.

One module per subject matter; each fact is a frozen dataclass with a `KIND` and a `VERSION`.
What once stood in the ledger stays readable for ever: a changed shape is a new version with a
class of its own, never an edit of the old one. A fact refuses personal data.
"""

from zhiheng.foundation.ledger.facts import enterprise, org, report, run, spot_check

__all__ = ["enterprise", "org", "report", "run", "spot_check"]
