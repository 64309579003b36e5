"""Who acts on the command line: the operator of the machine, for an agency, as the system.

The agency is the one that `--agency` names, else the installation's own, else the only one there is.
Before any agency is entered, the program acts for itself.
"""

from __future__ import annotations

from typing import Final

from zhiheng.foundation.org.actors import Actor, system
from zhiheng.kernel.errors import N_, refuse
from zhiheng.settings import settings

PROGRAM: Final = system("zhiheng")
_OWN: Final = "agency"


def acting(agency: str = "") -> Actor:
    """The system, acting for an agency."""
    from zhiheng.foundation.org.models import Agency

    agencies = Agency.objects.visible_to(PROGRAM)
    wanted = agency or own_agency()
    if wanted:
        found = agencies.filter(code=wanted).first()
        if found is None:
            raise refuse(
                "cli.agency",
                N_("There is no agency %(code)s."),
                N_("`zhiheng account agencies` lists those that there are."),
                code=wanted[:40],
            )
        return system(found.code, found.division)
    entered = list(agencies[:2])
    if not entered:
        return PROGRAM
    if len(entered) == 1:
        return system(entered[0].code, entered[0].division)
    raise refuse(
        "cli.agency_open",
        N_("Several agencies are entered, and it is not said for which one this is done."),
        N_("Add --agency CODE; `zhiheng account agencies` lists them."),
    )


def own_agency() -> str:
    """The agency that this installation belongs to, if that was said."""
    path = settings().home / _OWN
    return path.read_text(encoding="ascii").strip() if path.is_file() else ""


def own_agency_set(code: str) -> None:
    """Say to which agency this installation belongs."""
    (settings().home / _OWN).write_text(f"{code}\n", encoding="ascii")
