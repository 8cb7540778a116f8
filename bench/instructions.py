#!/usr/bin/env python3
"""Counts the instructions of calls that have to stay cheap, and compares them with `instructions.toml`.

    bench/instructions.py             # measures and compares: 1 if one differs by more than the tolerance
    bench/instructions.py --accept    # measures and writes the counts down

Needs valgrind and Linux on x86-64. Each count is of Keyward's own program alone, libraries that are linked into it
included, and leaves out the C library and valgrind, which differ between machines. `bench/README.md` says what a count
holds.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COUNTS = Path(__file__).with_suffix(".toml")
TOLERANCE = 3.0
# Cases, how often each is done, and what it is.
CASES = {
    "verify": (2000, "verify a Version 4 header with two secrets"),
    "get": (300, "GET of a cached object of 1 KiB"),
    "list": (30, "LIST of 1,000 objects"),
    "key": (150, "create a secret key"),
}
ALLOCATORS = {"malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign"}
# The crates that a counted call passes through. They alone are optimised; all else is built as for the tests.
OPTIMISED = (
    "ambient credential-cache identity instructions keyring objects objects-local policy s3-endpoint s3-wire sealing service signature"
    " store store-sqlite testkit"
)


def build() -> Path:
    command = ["cargo", "build", "--quiet", "--locked", "--workspace", "--bin", "keyward-instructions", "--message-format", "json"]
    for package in (f"keyward-{name}" for name in OPTIMISED.split()):
        command += ["--config", f"profile.dev.package.{package}.opt-level=2"]
    # Incremental builds cut the code into other units, and so inline other things. With debug information C code keeps
    # its frame pointers, which are instructions too.
    environment = os.environ | {"CARGO_INCREMENTAL": "0", "CARGO_PROFILE_DEV_DEBUG": "0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    found = [one["executable"] for one in messages if one.get("target", {}).get("name") == "keyward-instructions"]
    return Path(found[-1])


def measure(program: Path, case: str, prepared: Path, folder: Path) -> dict:
    """Instructions and allocations of one call, on a copy of the data."""
    data, profile = folder / f"data-{case}", folder / f"{case}.out"
    shutil.copytree(prepared, data)
    times, _ = CASES[case]
    within = "keyward_instructions::measured"
    tool = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={profile}", "--combine-dumps=no"]
    tool += [f"--zero-before={within}", f"--dump-after={within}"]
    # An environment of its own: even its size moves the stack.
    subprocess.run([*tool, program, case, data, str(times)], check=True, env={"PATH": "/usr/bin:/bin"}, stdout=subprocess.DEVNULL)
    shutil.rmtree(data)
    dumps = [path for path in folder.glob(f"{case}.out.*") if "measured" in path.read_text(errors="replace")[:2000]]
    assert len(dumps) == 1, f"callgrind wrote {dumps}: is {within} still there and not inlined?"
    own, elsewhere, allocations = read(dumps[0], program)
    return {"instructions": round(own / times), "elsewhere": round(elsewhere / times), "allocations": round(allocations / times, 1)}


def read(profile: Path, program: Path) -> tuple[int, int, int]:
    """Instructions in the program, those in other objects, and calls of the allocator.

    The format is in valgrind's manual, "Callgrind Format Specification": a line of a call's inclusive cost follows
    `calls=`, all others are the cost of the function itself.
    """
    names: dict[str, dict[str, str]] = {"ob": {}, "fn": {}}
    own = elsewhere = allocations = 0
    here, callee, of_a_call = "", "", False
    for line in profile.read_text(errors="replace").splitlines():
        if found := re.match(r"(c?)(ob|fn)=\((\d+)\)(?: (.*))?$", line):
            called, kind, number, name = found.groups()
            name = names[kind].setdefault(number, name or "")
            if kind == "ob" and not called:
                here = name
            elif kind == "fn" and called:
                callee = name
        elif line.startswith("calls="):
            of_a_call = True
            if callee.partition("'")[0] in ALLOCATORS:
                allocations += int(line[6:].split()[0])
        elif re.match(r"[+\-*\d]", line):
            cost = int(line.split()[1]) if len(line.split()) > 1 else 0
            if of_a_call:
                of_a_call = False
            elif here == str(program):
                own += cost
            else:
                elsewhere += cost
    return own, elsewhere, allocations


def compare(found: dict[str, dict]) -> bool:
    """Prints a line for each count; answers whether all are within the tolerance."""
    accepted = tomllib.loads(COUNTS.read_text()) if COUNTS.exists() else {}
    fine = True
    for case, now in found.items():
        for what in ("instructions", "allocations"):
            before = accepted.get(case, {}).get(what)
            change = None if before is None else (now[what] - before) / max(before, 1) * 100
            within = change is not None and abs(change) <= TOLERANCE
            fine &= within
            told = "no count is written down" if change is None else f"{before} -> {now[what]} ({change:+.2f} %)"
            mark = "" if within else f"  MORE THAN {TOLERANCE:g} % OFF" if change is not None else "  UNKNOWN"
            print(f"{CASES[case][1]}, {what}: {told}{mark}")
        print(f"  and {now['elsewhere']} instructions of the C library, which are not compared")
    return fine


def accept(found: dict[str, dict]):
    lines = ["# Instructions and allocations of one call; written by `bench/instructions.py --accept`."]
    for case, now in found.items():
        lines += ["", f"# {CASES[case][1]}", f"[{case}]", f"instructions = {now['instructions']}", f"allocations = {now['allocations']}"]
    COUNTS.write_text("\n".join(lines) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accept", action="store_true", help="write the counts down")
    parser.add_argument("--keep", type=Path, help="keep callgrind's files in this folder, for callgrind_annotate")
    given = parser.parse_args()
    program = build()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep.resolve() if given.keep else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        prepared = Path(temporary) / "prepared"
        subprocess.run([program, "prepare", prepared], check=True, env={"PATH": "/usr/bin:/bin"})
        found = {case: measure(program, case, prepared, folder) for case in CASES}
    fine = compare(found)
    if given.accept:
        accept(found)
        return 0
    if not fine:
        print("If the change is wanted, write the new counts down: bench/instructions.py --accept", file=sys.stderr)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
