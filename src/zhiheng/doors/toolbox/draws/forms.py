"""The forms of a draw: the frame, the announcement with its sizes, and the revealed numbers.

They carry everything from step to step themselves, because nothing is kept here. This module refuses to
judge what a method judges: sizes, names and numbers are checked where the draw is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from zhiheng.doors.toolbox.forms import TableField, ToolForm
from zhiheng.kernel.errors import N_, refuse
from zhiheng.methods.lottery.commitment import (
    Announcement,
    Beacon,
    Commitment,
    Design,
    Party,
    Redraw,
)
from zhiheng.methods.lottery.frame import Frame

TEXT_MOST: Final = 1000
WITNESSES_MOST: Final = 20
DESIGNS: Final = (
    ("fixed", _("fixed sample sizes: so many from each stratum")),
    ("bernoulli", _("each object on its own, with the same rate in a stratum")),
    ("poisson", _("each object on its own, with a rate times its weight")),
)


def _text(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=TEXT_MOST, help_text=help_text)


class FrameForm(ToolForm):
    """Step 1, first half: who can be drawn."""

    file = forms.FileField(
        label=_("Frame, as a file"),
        required=False,
        help_text=_("xlsx, CSV or TSV with the headings of the template, at most 2 MB and 20 000 objects."),
    )
    table = TableField(
        label=_("or pasted"),
        help_text=_(
            "Columns in this order: identity, stratum, weight, reason of exclusion. Only the first is "
            "needed; with headings the order is free."
        ),
    )


class AnnouncementForm(ToolForm):
    """Step 1, second half: what is drawn, by whom, before whom."""

    title = _text(_("Name of the draw"), help_text=_("For example the plan and its period."))
    authority = _text(_("Authority that draws"))
    design = forms.ChoiceField(label=_("Design"), choices=DESIGNS, initial="fixed")
    witnesses = forms.CharField(
        label=_("Witnesses"),
        required=False,
        widget=forms.Textarea,
        help_text=_(
            "One a line. If a witness has already given the fingerprint of their number, write it after the "
            "name with a space between: the witness is then bound too."
        ),
    )
    source = _text(
        _("Public random value: source"),
        required=False,
        help_text=_("Instead of witnesses, or beside them: for example a public lottery or a beacon."),
    )
    which = _text(
        _("Public random value: which future one, and how written"),
        required=False,
        help_text=_("So exactly that nobody can choose later, for example “round 12345678, in hexadecimal”."),
    )
    time = forms.CharField(
        label=_("Time of the commitment"),
        required=False,
        max_length=25,
        help_text=_("For example 2026-03-02T09:30:00+08:00. Empty: now."),
    )
    algorithm = forms.ChoiceField(
        label=_("Hash algorithm"), choices=(("sm3", "SM3"), ("sha256", "SHA-256")), initial="sm3"
    )
    nonce_hash = forms.RegexField(
        r"[0-9a-f]{64}",
        label=_("Fingerprint of the authority's secret number"),
        required=False,
        help_text=_("Empty: this server makes a secret number and shows it once."),
        error_messages={"invalid": _("A fingerprint has 64 digits from 0 to f.")},
    )
    approver = _text(_("Redraw: approved by"), required=False)
    reason = _text(_("Redraw: reason"), required=False)
    replaced = forms.RegexField(
        r"[0-9a-f]{64}",
        label=_("Redraw: digest of the replaced commitment"),
        required=False,
        error_messages={"invalid": _("A fingerprint has 64 digits from 0 to f.")},
    )
    replaced_proof = forms.RegexField(
        r"[0-9a-f]{64}",
        label=_("Redraw: digest of the replaced proof"),
        required=False,
        help_text=_("Empty if that draw was never completed."),
        error_messages={"invalid": _("A fingerprint has 64 digits from 0 to f.")},
    )

    def announcement(self, nonce_hash: str, at: datetime) -> Announcement:
        """What is announced; a beacon or redraw that is half said is left for the method to refuse."""
        given = self.cleaned_data
        beacon = Beacon(given["source"], given["which"]) if given["source"] or given["which"] else None
        redraw = None
        if any(given[name] for name in ("approver", "reason", "replaced", "replaced_proof")):
            redraw = Redraw(
                given["approver"], given["replaced"], given["replaced_proof"] or None, given["reason"]
            )
        return Announcement(
            title=given["title"],
            time=given["time"] or at.isoformat(timespec="seconds"),
            authority=Party(given["authority"], nonce_hash),
            witnesses=_witnesses(given["witnesses"]),
            beacon=beacon,
            redraw_of=redraw,
        )


def _witnesses(said: str) -> tuple[Party, ...]:
    lines = [" ".join(line.split()) for line in said.splitlines() if line.strip()]
    if len(lines) > WITNESSES_MOST:
        raise refuse(
            "draw.witnesses",
            N_("There are %(count)d witnesses; at most %(most)d are taken."),
            count=len(lines),
            most=WITNESSES_MOST,
        )
    parties = []
    for line in lines:
        name, _space, last = line.rpartition(" ")
        bound = len(last) == 64 and set(last) <= set("0123456789abcdef") and name
        parties.append(Party(name, last) if bound else Party(line))
    return tuple(parties)


def amounts(kind: str, frame: Frame, posted: Mapping[str, str]) -> Design:
    """How many of each stratum, from the fields `amount-0`, `amount-1` … in the order of strata."""
    found: dict[str, int | str] = {}
    for place, stratum in enumerate(frame.strata):
        said = posted.get(f"amount-{place}", "").strip()
        if kind == "fixed":
            if not (said.isascii() and said.isdigit() and len(said) < 10):
                raise refuse(
                    "design.amount",
                    N_("The sample size of stratum %(name)s is “%(found)s”."),
                    N_("Write a whole number, 0 where nothing is to be drawn."),
                    name=stratum.name,
                    found=said[:40],
                )
            found[stratum.name] = int(said)
        else:
            found[stratum.name] = said
    return Design(kind, found)  # type: ignore[arg-type]  # the form offers the known designs alone


class NumberForm(ToolForm):
    """A witness's name and the fingerprint that the script writes beside it; it is sent nowhere."""

    authority = _text(_("Your name, as the authority will list it"))
    algorithm = forms.ChoiceField(
        label=_("Hash algorithm"), choices=(("sm3", "SM3"), ("sha256", "SHA-256")), initial="sm3"
    )
    nonce_hash = forms.CharField(
        label=_("Fingerprint of your secret number, for the authority"),
        required=False,
        widget=forms.TextInput(attrs={"readonly": True}),
    )


class NumbersForm(ToolForm):
    """Step 2: the numbers of everybody, one field for each contributor of the commitment."""

    def __init__(self, commitment: Commitment, given: Mapping[str, Any] | None) -> None:
        super().__init__(given)
        said = commitment.announcement
        owners = [("nonce", said.authority.name)]
        owners += [(f"witness-{place}", one.name) for place, one in enumerate(said.witnesses)]
        for name, owner in owners:
            self.fields[name] = forms.RegexField(
                r"[0-9a-f]{64}",
                label=_("Secret number of %(name)s") % {"name": owner},
                error_messages={"invalid": _("A secret number has 64 digits from 0 to f.")},
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )
        if said.beacon is not None:
            self.fields["beacon"] = forms.CharField(
                label=_("Value of %(source)s, %(which)s")
                % {"source": said.beacon.source, "which": said.beacon.which},
                max_length=TEXT_MOST,
            )

    def numbers(self) -> tuple[bytes, tuple[bytes, ...], str | None]:
        """The numbers of the authority and of the witnesses, and the public value."""
        given = self.cleaned_data
        witnesses = tuple(bytes.fromhex(given[name]) for name in given if name.startswith("witness-"))
        return bytes.fromhex(given["nonce"]), witnesses, given.get("beacon")
