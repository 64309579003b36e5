"""Keep the catalogue of every room: extract its msgids, merge them, compile them, check them.

    python tools/messages.py [ROOM…]     extract, merge and compile (a room: kernel, domains/supervision …)
    python tools/messages.py --check     change nothing; fail when a catalogue is not complete

Needs xgettext, msgmerge and msgfmt (Debian package `gettext`); the product itself does not.
It refuses to guess: a new msgid stays untranslated until a person translates it.
"""

from __future__ import annotations

import argparse
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "src" / "zhiheng"
CATALOGUE = Path("locale", "zh_Hans", "LC_MESSAGES", "django.po")
TEMPLATES = frozenset({".html", ".txt", ".xml", ".svg", ".typ"})
PROGRAMS = ("xgettext", "msgmerge", "msgattrib", "msgfmt")
KEYWORDS = (
    "_",
    "N_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext:1,2",
    "ngettext_lazy:1,2",
    "pgettext:1c,2",
    "pgettext_lazy:1c,2",
    "npgettext:1c,2,3",
    "npgettext_lazy:1c,2,3",
)
HEADER = r"""msgid ""
msgstr ""
"Project-Id-Version: zhiheng\n"
"Language: zh_Hans\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""
PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]*\d*(?:\.\d+)?[sdifgGeErxX]|(?<!\{)\{(\w+)[^{}]*\}(?!\})")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!]|[,;:?!] ?[\u4e00-\u9fff]|\u3000")

Key = tuple[str, str]  # context, msgid


@dataclass(slots=True)
class Message:
    """One entry of a catalogue; `strings` holds one text per plural form."""

    context: str = ""
    msgid: str = ""
    plural: str = ""
    strings: dict[int, str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        return (self.context, self.msgid)

    @property
    def text(self) -> tuple[str, ...]:
        return tuple(self.strings[form] for form in sorted(self.strings))


def rooms() -> list[Path]:
    """Every folder that keeps a catalogue of its own."""
    single = [HOUSE / name for name in ("kernel", "methods", "foundation", "analytics", "reactions")]
    single += [HOUSE / "settings", HOUSE / "simulation"]
    families = [path for family in ("domains", "doors") for path in sorted((HOUSE / family).iterdir())]
    return [room for room in single + families if room.is_dir() and room.name != "__pycache__"]


def room_named(name: str) -> Path:
    """The room that a person means by `kernel`, `doors/portal` or a path."""
    for room in rooms():
        if room in (Path(name).resolve(), HOUSE / name):
            return room
    known = ", ".join(str(room.relative_to(HOUSE)) for room in rooms())
    raise SystemExit(f"{name} is not a room with a catalogue. Rooms: {known}")


def read_po(text: str) -> dict[Key, Message]:
    """Read a catalogue; its header is left out, obsolete entries too."""
    messages: dict[Key, Message] = {}
    for block in re.split(r"\n\s*\n", text):
        message = _message(block)
        if message.msgid:
            messages[message.key] = message
    return messages


def _message(block: str) -> Message:
    message = Message()
    parts: dict[str, list[str]] = {}
    current: list[str] = []
    for line in block.splitlines():
        if line.startswith("#,"):
            message.flags |= {flag.strip() for flag in line[2:].split(",")}
        found = re.match(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?) (".*")$', line)
        if found:
            current = parts.setdefault(found[1], [])
            current.append(_unquote(found[2]))
        elif line.startswith('"'):
            current.append(_unquote(line))
    joined = {name: "".join(texts) for name, texts in parts.items()}
    message.context = joined.get("msgctxt", "")
    message.msgid = joined.get("msgid", "")
    message.plural = joined.get("msgid_plural", "")
    for name, text in joined.items():
        if name.startswith("msgstr"):
            message.strings[int(name[7:-1] or 0)] = text
    return message


def _unquote(literal: str) -> str:
    escapes = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
    return re.sub(r'\\([ntr"\\])', lambda found: escapes[found[1]], literal[1:-1])


def read_mo(data: bytes) -> dict[Key, tuple[str, ...]]:
    """Read a compiled catalogue: what the product really shows."""
    order = "<" if data[:4] == b"\xde\x12\x04\x95" else ">"
    count, ids, texts = struct.unpack(f"{order}3I", data[8:20])

    def entry(table: int, number: int) -> str:
        length, offset = struct.unpack(f"{order}2I", data[table + 8 * number : table + 8 * number + 8])
        return data[offset : offset + length].decode()

    result: dict[Key, tuple[str, ...]] = {}
    for number in range(count):
        context, found, msgid = entry(ids, number).rpartition("\x04")
        if msgid:
            result[context if found else "", msgid.split("\0")[0]] = tuple(entry(texts, number).split("\0"))
    return result


def extract(room: Path) -> str:
    """All msgids of a room as a template catalogue, `""` when it has none."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        names = []
        for source in _sources(room):
            name = str(source.relative_to(HOUSE))
            copy = work / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = source.read_text(encoding="utf-8")
            copy.write_text(text if source.suffix == ".py" else templatize(text, name), encoding="utf-8")
            names.append(name)
        if not names:
            return ""
        options = ["--language=Python", "--from-code=UTF-8", "--add-location=file"]
        options += ["--no-wrap", "--add-comments=Translators", "--keyword", "--output=-"]
        options += [f"--keyword={keyword}" for keyword in KEYWORDS]
        # The head is cut off here: told to omit it, xgettext drops every character beyond ASCII.
        _head, _, entries = _run(["xgettext", *options, *names], work).partition("\n\n")
        return entries


def _sources(room: Path) -> Iterator[Path]:
    for path in sorted(room.rglob("*")):
        inside = path.relative_to(room).parts
        if "migrations" in inside or "locale" in inside:
            continue
        if path.suffix == ".py" or ("templates" in inside and path.suffix in TEMPLATES):
            yield path


def merge(old: str, extracted: str) -> str:
    """The old translations on the msgids of today; a new msgid gets no guessed text."""
    with tempfile.TemporaryDirectory() as folder:
        known, found = Path(folder, "known.po"), Path(folder, "found.pot")
        known.write_text(old or HEADER, encoding="utf-8")
        found.write_text(HEADER + extracted, encoding="utf-8")
        options = ["--no-fuzzy-matching", "--no-wrap", "--add-location=file", "--quiet", "--output-file=-"]
        merged = _run(["msgmerge", *options, known.name, found.name], Path(folder))
        return _run(["msgattrib", "--no-obsolete", "--no-wrap", "-"], Path(folder), merged)


def compiled(catalogue: Path) -> bytes:
    """The binary catalogue that belongs to a text catalogue."""
    with tempfile.TemporaryDirectory() as folder:
        _run(["msgfmt", "--check-format", "--output-file=out.mo", str(catalogue)], Path(folder))
        return Path(folder, "out.mo").read_bytes()


def _run(command: list[str], folder: Path, given: str | None = None) -> str:
    done = subprocess.run(
        command, cwd=folder, input=given, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stderr.strip()}")
    return done.stdout


def update(room: Path) -> None:
    """Bring the catalogue of a room up to date and say what is left to translate."""
    catalogue = room / CATALOGUE
    extracted = extract(room)
    if not extracted:
        if catalogue.exists():
            catalogue.unlink()
            catalogue.with_suffix(".mo").unlink(missing_ok=True)
        return
    old = catalogue.read_text(encoding="utf-8") if catalogue.exists() else ""
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    catalogue.write_text(merge(old, extracted), encoding="utf-8")
    catalogue.with_suffix(".mo").write_bytes(compiled(catalogue))
    messages = read_po(catalogue.read_text(encoding="utf-8"))
    problems = [problem for message in messages.values() for problem in flaws(message)]
    print(f"{room.relative_to(HOUSE)}: {len(messages)} messages, {len(problems)} to mend")
    for problem in problems:
        print(f"  {problem}")


def flaws(message: Message) -> Iterator[str]:
    """What is wrong with one translation."""
    shown = repr(message.msgid)
    if "fuzzy" in message.flags:
        yield f"{shown} is fuzzy: check the text and remove the mark"
    if not message.text or not all(message.text):
        yield f"{shown} is not translated"
        return
    allowed = _placeholders(message.msgid) | _placeholders(message.plural)
    needed = _placeholders(message.plural) if message.plural else allowed
    for text in message.text:
        if not needed <= _placeholders(text) <= allowed:
            yield f"{shown}: placeholders of {text!r} differ from {sorted(allowed)}"
        if HALF_WIDTH.search(text):
            yield f"{shown}: {text!r} needs Chinese punctuation, without full-width spaces"


def _placeholders(text: str) -> set[str]:
    return {found[1] or found[2] for found in PLACEHOLDER.finditer(text)}


def check(room: Path) -> Iterator[str]:
    """What keeps the catalogue of a room from being complete, compared with its sources."""
    catalogue = room / CATALOGUE
    found = read_po(extract(room))
    kept = read_po(catalogue.read_text(encoding="utf-8")) if catalogue.exists() else {}
    yield from (f"{key[1]!r} is missing from the catalogue" for key in sorted(found.keys() - kept.keys()))
    yield from (f"{key[1]!r} is no longer used" for key in sorted(kept.keys() - found.keys()))
    for message in kept.values():
        yield from flaws(message)
    binary = catalogue.with_suffix(".mo")
    shown = read_mo(binary.read_bytes()) if binary.exists() else {}
    expected = {m.key: m.text for m in kept.values() if all(m.text) and "fuzzy" not in m.flags}
    if shown != expected:
        yield f"{binary.name} is stale"


def conflicts() -> Iterator[str]:
    """One msgid with two translations: which one is shown would depend on the order of the rooms."""
    seen: dict[Key, tuple[tuple[str, ...], Path]] = {}
    for room in rooms():
        catalogue = room / CATALOGUE
        if not catalogue.exists():
            continue
        for key, message in read_po(catalogue.read_text(encoding="utf-8")).items():
            text, first = seen.setdefault(key, (message.text, room))
            if text != message.text and all(text) and all(message.text):
                yield (
                    f"{room.relative_to(HOUSE)}: {key[1]!r} is {message.text[0]!r} here "
                    f"and {text[0]!r} in {first.relative_to(HOUSE)}: use one word, or pgettext"
                )


def main() -> int:
    """Read the command line and do as it says."""
    reader = argparse.ArgumentParser(description="Extract, merge, compile and check the catalogues.")
    reader.add_argument("room", nargs="*", help="kernel, foundation, domains/supervision … (default: all)")
    reader.add_argument("--check", action="store_true", help="change nothing; fail when incomplete")
    given = reader.parse_args()
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        print(f"{', '.join(missing)} not found. Install gettext: apt-get install gettext", file=sys.stderr)
        return 2
    chosen = [room_named(name) for name in given.room] or rooms()
    if not given.check:
        for room in chosen:
            update(room)
        return 0
    problems = [f"{room.relative_to(HOUSE)}: {problem}" for room in chosen for problem in check(room)]
    problems += conflicts()
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"{len(problems)} problems. Mend with: make messages, then translate.", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
