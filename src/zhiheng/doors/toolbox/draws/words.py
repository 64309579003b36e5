"""What the checks of a draw say in words, for the page, for its script and for the server's own check.

The script brings no words of its own: it fills these, which are in the language of the reader. Names of
checks are those of docs/topics/draw-proof.md. This module refuses to say more than was computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from zhiheng.kernel.errors import N_


@dataclass(frozen=True, slots=True)
class Check:
    """A check: what it is called, and what it finds out."""

    name: str
    title: str
    about: str


CHECKS: Final = (
    Check("form", N_("Written as prescribed"), N_("Every key, text and number has its one permitted form.")),
    Check("digest", N_("Digest of the proof"), N_("The digest in the file is that of its content.")),
    Check(
        "nonces",
        N_("Secret numbers"),
        N_("Each revealed number is the one that was committed to before the draw."),
    ),
    Check("seed", N_("Seed"), N_("The seed follows from the commitment and all secret numbers.")),
    Check("counts", N_("Sample sizes"), N_("In each stratum as many were drawn as was fixed beforehand.")),
    Check(
        "paths",
        N_("Place in the frame"),
        N_("Each drawn object stood in the frozen frame, on its line, with its weight."),
    ),
    Check("keys", N_("Lots"), N_("Each object's lot follows from the seed and its own identity.")),
    Check("order", N_("Order of the lots"), N_("Exactly those within the threshold are listed, in order.")),
    Check(
        "inclusion",
        N_("Probabilities"),
        N_("The published probabilities of being drawn follow from sizes and weights."),
    ),
    Check("frame", N_("Frame"), N_("The frame file is the frozen one: root, size, strata, sums of weights.")),
    Check("redrawn", N_("Drawn again"), N_("Drawing anew from the whole frame gives the same objects.")),
    Check(
        "exclusions",
        N_("Exclusions"),
        N_("The list of excluded objects is the committed one, and none of them stands in the frame."),
    ),
)

FAULTS: Final[Mapping[str, str]] = {
    "not_utf8": N_("The file is not text in UTF-8."),
    "not_json": N_("The file is not a proof: it is no JSON document."),
    "is_ticket": N_("This is a ticket of one object, not a whole proof: ask about the object instead."),
    "form_format": N_("The file is neither a proof nor a ticket of the format zhiheng-draw/1."),
    "form_canonical": N_("The file is not in its one canonical form: it was opened and saved, or altered."),
    "form_keys": N_("%(place)s is missing, or is not foreseen."),
    "form_value": N_("%(place)s has a value that the format does not allow."),
    "form_names": N_("Two contributors have the same name."),
    "form_alone": N_("There is neither a witness nor a public random value: the authority drew alone."),
    "form_order": N_("%(place)s: the strata are not in order."),
    "form_sizes": N_("The sizes of the strata do not add up to the size of the frame."),
    "digest": N_("The file states the digest %(stated)s, but its content has %(found)s."),
    "nonces_count": N_("There are %(wanted)s witnesses, but %(found)s numbers of witnesses."),
    "nonces_hash": N_("The number that %(name)s revealed is not the one that was committed to."),
    "nonces_beacon": N_("A public random value is missing, or is there though none was announced."),
    "seed": N_("The file states the seed %(stated)s, but the contributions give %(found)s."),
    "counts_stratum": N_("%(identity)s is said to be of stratum %(stratum)s, which does not exist."),
    "counts": N_("Stratum %(stratum)s: %(wanted)s to draw, %(stated)s stated, %(found)s listed."),
    "paths_range": N_("%(identity)s: its line does not lie within stratum %(stratum)s."),
    "paths_root": N_("%(identity)s: its path does not lead to the root of the frozen frame."),
    "paths_twice": N_("%(identity)s is listed twice."),
    "paths_order": N_("%(identity)s: its line is out of the frame's order."),
    "keys_hash": N_("%(identity)s: the stated lot does not follow from the seed."),
    "keys_key": N_("%(identity)s: the key is stated as %(stated)s, but is %(found)s."),
    "order_strata": N_("The list “%(list)s” is not in the order of the strata."),
    "order_rank": N_("Stratum %(stratum)s: the drawn objects are not in the order of their lots."),
    "order_last": N_("Stratum %(stratum)s: the stated threshold is not the last drawn object."),
    "order_next": N_("Stratum %(stratum)s: the first object not drawn is missing or another one."),
    "order_beyond": N_("Stratum %(stratum)s: the first object not drawn lies within the threshold."),
    "order_bound": N_("%(identity)s is listed as drawn, but its lot lies above its threshold."),
    "inclusion": N_("%(identity)s: probability stated as %(stated)s, but it is %(wanted)s."),
    "inclusion_kind": N_("Stratum %(stratum)s: it is stated wrongly whether the probabilities are exact."),
    "frame_line": N_("Line %(line)s is not “stratum, identity, weight” with tabs between, as prescribed."),
    "frame_twice": N_("%(identity)s stands twice in the frame (line %(line)s)."),
    "frame_root": N_("The frame file has the root %(found)s, but %(stated)s was committed to."),
    "frame_size": N_("The frame file has %(found)s objects, but %(stated)s were committed to."),
    "frame_stratum": N_(
        "Stratum %(stratum)s: %(found)s objects of weight %(weight)s in the file, "
        "%(stated)s of weight %(weight_stated)s in the commitment."
    ),
    "frame_unknown": N_("Stratum %(stratum)s of the frame file is not in the commitment."),
    "redrawn": N_("Drawing again confirms %(found)s of %(stated)s listed objects."),
    "redrawn_missing": N_("%(identity)s (line %(line)s) is drawn by its lot, but is not listed."),
    "redrawn_place": N_("%(identity)s stands on line %(line)s, not on line %(stated)s."),
    "redrawn_next": N_("Stratum %(stratum)s: the first not drawn is %(found)s, not %(stated)s."),
    "exclusions_digest": N_("The list of exclusions has the digest %(found)s, committed was %(stated)s."),
    "exclusions_count": N_("The list has %(found)s exclusions, committed were %(stated)s."),
    "exclusions_line": N_("Line %(line)s of the exclusions is not “identity, stratum, reason”."),
    "exclusions_twice": N_("%(identity)s is excluded twice."),
    "exclusions_inside": N_("%(identity)s is excluded, but stands in the frame."),
    "threshold_gap": N_(
        "Stratum %(stratum)s: the stated threshold cannot be true; this object lies in between."
    ),
    "listed_missing": N_("The lot of %(identity)s says drawn, but the proof does not list it."),
    "listed_wrongly": N_("The proof lists %(identity)s as drawn, but its lot says not drawn."),
}

NOTES: Final[Mapping[str, str]] = {
    "": "",
    "frame": N_("Not checked: choose the frame file as well."),
    "right_frame": N_("Not checked: it needs the frozen frame, and this file is another one."),
    "exclusions": N_("Not checked: choose the list of exclusions as well."),
    "exclusions_frame": N_("That none of them stands in the frame is checked with the frame file."),
    "integral": N_(
        "Of strata with unequal weights the probabilities are numerical integrals; here only their form is "
        "checked. “zhiheng verify draw” recomputes them."
    ),
}

STEPS: Final[Mapping[str, tuple[str, str]]] = {
    "document": (
        N_("The file is whole"),
        N_("The digest was recomputed from the content. Compare it with the published one."),
    ),
    "seed": (
        N_("The numbers are the committed ones"),
        N_("Every contributor revealed the number that was fixed before, and together they give the seed."),
    ),
    "place": (
        N_("The object stood in the frame"),
        N_("Line %(line)s of %(size)s, stratum %(stratum)s, weight %(weight)s."),
    ),
    "lot": (
        N_("The lot"),
        N_(
            "Seed and identity, hashed together, begin with %(first)s. Read as a fraction between 0 and 1 "
            "this is %(share)s: the lot. Nothing else enters, so nobody else's lot could change it."
        ),
    ),
    "rank": (
        N_("The lot by weight"),
        N_(
            "The rank is −log2(lot) ÷ weight = %(rank)s with weight %(weight)s: "
            "the smaller, the earlier drawn."
        ),
    ),
    "threshold": (
        N_("The threshold"),
        N_(
            "%(sample)s of the %(size)s objects of this stratum were drawn, those with the smallest ranks. "
            "The last one drawn has rank %(last)s; this object has %(rank)s."
        ),
    ),
    "bound": (
        N_("The threshold"),
        N_("Drawn is whose lot lies below %(below)s; this object has %(share)s."),
    ),
    "listed": (N_("The published list"), N_("The list agrees with the lot.")),
}

VERDICTS: Final[Mapping[str, tuple[str, str]]] = {
    "drawn": (N_("Drawn"), N_("%(identity)s was drawn, and rightly so by its lot.")),
    "not_drawn": (
        N_("Not drawn"),
        N_("%(identity)s stood in the frame and was not drawn, rightly so by its lot."),
    ),
    "not_in_frame": (
        N_("Not in the frame"),
        N_(
            "%(identity)s does not stand in the frozen frame, so it could not be drawn. "
            "If it should stand there, ask the authority why it does not, or look into the exclusions."
        ),
    ),
    "unknown": (
        N_("Not listed as drawn"),
        N_(
            "The proof does not list %(identity)s. Whether it stood in the frame, and what its lot was, this "
            "file alone cannot tell: choose the frame file too, or ask the authority for the ticket of "
            "this object and choose that instead of the proof."
        ),
    ),
    "other_ticket": (N_("The ticket of another object"), N_("This ticket is not that of %(identity)s.")),
    "wrong_frame": (
        N_("Another frame"),
        N_("The frame file is not the frozen one, so nothing about %(identity)s follows from it."),
    ),
    "broken": (
        N_("Does not hold"),
        N_(
            "At least one step failed. Keep the file: it is evidence. "
            "The step that failed says what is wrong."
        ),
    ),
}

PAGE: Final[Mapping[str, str]] = {
    "working": N_("Checking: %(check)s"),
    "reading": N_("Reading the files"),
    "progress": N_("%(done)s of %(total)s"),
    "all_passed": N_("Everything that could be checked with these files holds: %(passed)s checks passed."),
    "some_absent": N_("%(absent)s could not be made with these files."),
    "some_failed": N_("%(failed)s checks failed. This is not an honest proof, or not the file published."),
    "not_reached": N_("Not reached: a check before it failed."),
    "no_proof": N_("Choose the proof file, or paste its text."),
    "no_identity": N_("Write the identity of the object, exactly as in the frame."),
    "failed": N_("This browser could not finish the check (%(why)s). Use the command line."),
    "seconds": N_("%(seconds)s seconds, in this browser."),
    "title": N_("Draw"),
    "authority": N_("Authority"),
    "time": N_("Committed at"),
    "design": N_("Design"),
    "fixed": N_("fixed sample sizes"),
    "bernoulli": N_("each object on its own, equal rates (Bernoulli)"),
    "poisson": N_("each object on its own, rate by weight (Poisson)"),
    "frame": N_("Frame"),
    "frame_said": N_("%(size)s objects in %(strata)s strata, %(drawn)s drawn; %(excluded)s excluded"),
    "witnesses": N_("Witnesses"),
    "beacon": N_("Public random value"),
    "none": N_("none"),
    "unbound": N_("%(name)s (not bound beforehand)"),
    "redraw": N_("Redraw"),
    "redraw_said": N_(
        "Replaces the draw with commitment %(commitment)s. Reason: %(reason)s. Approved by: %(approver)s."
    ),
    "commitment": N_("Digest of the commitment"),
    "commitment_said": N_("compare it with what was published before the draw"),
    "digest": N_("Digest of the proof"),
    "hash": N_("Hash algorithm"),
}


def said_by_script() -> dict[str, object]:
    """All words that the script of the page may need, in the language of the reader."""
    return {
        "faults": {code: _(text) for code, text in FAULTS.items()},
        "notes": {code: _(text) if text else "" for code, text in NOTES.items()},
        "steps": {name: [_(title), _(text)] for name, (title, text) in STEPS.items()},
        "verdicts": {name: [_(title), _(text)] for name, (title, text) in VERDICTS.items()},
        "checks": {check.name: _(check.title) for check in CHECKS},
        "page": {name: _(text) for name, text in PAGE.items()},
    }
