"""Folders full of files with the names that people and programs really give them."""

import hashlib
import random
import unicodedata
from collections.abc import Iterator
from pathlib import Path

# Names of one folder's entries; none is longer than a file system allows.
AWKWARD = [
    "plain.txt",
    "two  spaces",
    " leading space",
    "trailing space ",
    "trailing dot.",
    ".hidden",
    "..twice hidden",
    "...",
    "a+b",
    "100%",
    "%41%2F%zz",
    "you & me",
    "what?",
    "C#",
    "a=b",
    "a;b",
    "12:30",
    "me@example.test",
    "wow!",
    "it's",
    "f(x)",
    "*.txt",
    "[a-z]{1,2}",
    "~backup~",
    'say "hi"',
    "a<b>c|d",
    "back\\slash",
    "^caret`tick",
    "$HOME",
    "a,b",
    "-rf",
    "--help",
    "☃ 🔑 漢字",
    "\u200ejoiner\u200d",
    "\u00a0no-break",
    "x" * 255,
]
COMPOSED = unicodedata.normalize("NFC", "Ärger mit Ü")
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


def write(root: Path, name: str, content: bytes) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def grow(root: Path, files: int, seed: int = 1) -> Path:
    """That many small files under `root`, each awkward name among them in several folders."""
    rng = random.Random(seed)
    folders = ["", "deep/er/and/deeper/", "with space /", "50% #1/", "+plus+/", f"{'long-' * 40}/{'path-' * 40}/{'of-many-' * 25}/"]
    names = [f"{folder}{name}" for folder in folders for name in [*AWKWARD, COMPOSED, DECOMPOSED]]
    names += [f"bulk/{number % 97:02}/file {number}" for number in range(files - len(names))]
    for name in names:
        write(root, name, rng.randbytes(rng.randrange(200)))
    return root


def contents(root: Path) -> Iterator[tuple[str, str]]:
    """Every file under `root` by its name, and the digest of what is in it."""
    for path in root.rglob("*"):
        if path.is_file():
            yield str(path.relative_to(root)), hashlib.sha256(path.read_bytes()).hexdigest()
