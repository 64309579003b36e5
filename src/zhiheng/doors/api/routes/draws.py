"""Draws that anybody can check: verify a proof or a ticket, carry out a committed draw. Nothing is kept."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from zhiheng.doors.api.asking import Asked
from zhiheng.doors.toolbox.draws.checking import Checked, Files, asked, audited
from zhiheng.doors.toolbox.draws.frames import frozen
from zhiheng.doors.toolbox.refusals import refusals_of_methods
from zhiheng.kernel.errors import N_, refuse
from zhiheng.methods.lottery.commitment import read_commitment
from zhiheng.methods.lottery.draw import Nonces, draw
from zhiheng.methods.lottery.proof import make_proof

router = Router(tags=["draws"])
BYTES_MOST = 8_000_000
DIGEST = r"^[0-9a-f]{64}$"


class CheckOut(Schema):
    """One check of a verifier; its names are those of docs/topics/draw-proof.md."""

    name: str = Field(examples=["paths"])
    title: str
    state: Literal["passed", "failed", "absent"] = Field(
        description="absent: not made, and `found` says what it needs."
    )
    found: list[str]


class VerifiedOut(Schema):
    """What was found of a proof or a ticket."""

    valid: bool = Field(description="Every check that was made passed.")
    drawn: bool | None = Field(description="Of one object; null for a whole draw, or when a check failed.")
    digest: str = Field(description="Digest of the proof: compare it with the published one.")
    commitment: str = Field(description="Digest of the commitment: it must have been public before.")
    said: str
    checks: list[CheckOut]
    notes: list[str]


@router.post("/verify", response=VerifiedOut, summary="Check a draw")
def verify(
    request: Asked,
    proof: Annotated[UploadedFile, File(description="proof.json, or the ticket of one object.")],
    frame: Annotated[UploadedFile | None, File(description="frame.tsv: then all is drawn again.")] = None,
    exclusions: Annotated[UploadedFile | None, File(description="exclusions.tsv")] = None,
    identity: Annotated[str, Form(max_length=255, description="Ask about this one object alone.")] = "",
) -> Any:
    """A broken proof is an answer, not a refusal. At most 8 MB; else `zhiheng verify draw`."""
    files = Files(*_read(proof, frame, exclusions))
    checked: Checked = asked(files, identity) if identity else audited(files)
    return checked.to_json()


class DrawnOut(Schema):
    """A draw that was carried out."""

    proof: str = Field(description="The proof file: written as UTF-8, these are its bytes.")
    digest: str
    commitment: str
    drawn: list[str] = Field(description="Identities of the drawn objects, in the order of the proof.")


@router.post("", response=DrawnOut, summary="Carry out a committed draw")
def carry_out(
    request: Asked,
    commitment: Annotated[UploadedFile, File(description="commitment.json as it was published.")],
    frame: Annotated[UploadedFile, File(description="frame.tsv, at most 20 000 objects.")],
    nonce: Annotated[str, Form(pattern=DIGEST, description="Secret number of the authority.")],
    witnesses: Annotated[
        str, Form(max_length=2000, description="Those of the witnesses, in the committed order, by commas.")
    ] = "",
    beacon: Annotated[str, Form(max_length=1000, description="The public value, if announced.")] = "",
) -> Any:
    """The same files and numbers always give the same proof; nothing is kept."""
    announced, lines = _read(commitment, frame)
    numbers = _numbers(nonce, witnesses)
    with refusals_of_methods():
        agreed = read_commitment(announced)
        proof = make_proof(draw(frozen(lines, b"").frame, agreed, Nonces(*numbers, beacon or None)))
    return {
        "proof": proof.data.decode(),
        "digest": proof.digest.hex(),
        "commitment": agreed.digest.hex(),
        "drawn": [entry.member.identity for entry in proof.drawn],
    }


def _numbers(nonce: str, witnesses: str) -> tuple[bytes, tuple[bytes, ...]]:
    given = [one.strip() for one in witnesses.split(",") if one.strip()]
    wrong = next((one for one in given if not re.fullmatch(DIGEST, one)), None)
    if wrong is not None:
        raise refuse(
            "draw.number",
            N_("“%(found)s” is not a secret number."),
            N_("A secret number has 64 digits from 0 to f."),
            found=wrong[:80],
        )
    return bytes.fromhex(nonce), tuple(map(bytes.fromhex, given))


def _read(*files: UploadedFile | None) -> list[bytes]:
    size = sum(file.size or 0 for file in files if file)
    if size > BYTES_MOST:
        raise refuse(
            "draw.too_large",
            N_("The files have %(size)d bytes together; at most %(most)d are taken."),
            N_("Use the command line, which needs no network: zhiheng verify draw"),
            size=size,
            most=BYTES_MOST,
        )
    return [file.read() if file else b"" for file in files]
