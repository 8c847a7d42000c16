#!/usr/bin/env python3
"""Takes out, one after another, every call on which the data's life in a power cut hangs: fsync, rename, the sync of a folder,
SQLite's own syncs. Each time the programs are built without it, and a test must fail; one that stays undetected fails here.

The calls are found in the sources, so a new one is tried without being entered anywhere."""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What takes a rename's place: the same outcome for who looks later, but the target is written where it lies.
IN_PLACE = """#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
namespace mutant {
inline int write_in_place(const char* from, const char* to, unsigned flags) {
    const int source = ::open(from, O_RDONLY);
    if (source < 0) return -1;
    const int target = ::open(to, O_WRONLY | O_CREAT | (flags != 0 ? O_EXCL : O_TRUNC), 0600);
    if (target < 0) return -1;
    char buffer[4096];
    for (ssize_t n; (n = ::read(source, buffer, sizeof buffer)) > 0;)
        if (::write(target, buffer, static_cast<size_t>(n)) != n) return -1;
    ::close(source);
    ::close(target);
    return ::unlink(from);
}
}  // namespace mutant
"""


class Mutation:
    def __init__(self, path, text, start, end, replacement, what, header=""):
        self.path = path
        self.line = text.count("\n", 0, start) + 1
        self.text = header + text[:start] + replacement + text[end:]
        self.what = what

    def __str__(self):
        return f"{self.path}:{self.line}: {self.what}"


def arguments_of(text, opening):
    """The arguments of a call, from its opening parenthesis; and where it ends."""
    depth, start, out = 0, opening + 1, []
    for at in range(opening, len(text)):
        if text[at] in "({[":
            depth += 1
        elif text[at] in ")}]":
            depth -= 1
        if depth == 0 or (depth == 1 and text[at] == ","):
            out.append(text[start:at].strip())
            start = at + 1
        if depth == 0:
            return out, at + 1
    raise AssertionError("a call without an end")


def calls(text, name):
    """(start, end, arguments) of the calls of a function, outside of comments; declarations are none."""
    code = re.sub(r"//[^\n]*", lambda comment: " " * len(comment[0]), text)
    for match in re.finditer(rf"(?:::|\bstd::filesystem::|(?<![\w.:]))\b{name}\(", code):
        before = code[:match.start()].rstrip()
        if before.endswith(">") or re.search(r"\b(?!return\b)\w+$", before):
            continue
        given, end = arguments_of(code, match.end() - 1)
        yield match.start(), end, given


def in_source(path, text):
    for name in ("fsync", "fdatasync"):
        for start, end, (descriptor,) in calls(text, name):
            yield Mutation(path, text, start, end, f"(static_cast<void>({descriptor}), 0)", f"no {name}")
    for start, end, (folder,) in calls(text, "sync_directory"):
        yield Mutation(path, text, start, end, f"(static_cast<void>({folder}), ely::Result<void>())", f"{folder} is not synced")
    for name in ("rename", "renameat", "renameat2"):
        for start, end, given in calls(text, name):
            source, target, flags = (*given, "0") if name == "rename" else (given[1], given[3], (given + ["0"])[4])
            yield Mutation(path, text, start, end, f"mutant::write_in_place({source}, {target}, {flags})",
                           f"no {name}, the target is written in its place", IN_PLACE)
    for match in re.finditer(r"PRAGMA synchronous\s*=\s*(FULL|NORMAL|EXTRA)", text):
        for weaker in ("OFF", "NORMAL"):
            if match[1] != weaker:
                yield Mutation(path, text, match.start(1), match.end(1), weaker, f"synchronous {match[1]} is {weaker}")


def find_mutations(root):
    out = []
    for path in sorted((root / "src").rglob("*.[ch]pp")):
        if path.name.endswith(("_test.cpp", "_fuzz.cpp")) or "testing" in path.parts:
            continue
        out += in_source(path.relative_to(root), path.read_text())
    return out


def room_of(root, path):
    layers = (root / "src" / "layers.txt").read_text()
    rooms = re.findall(r"^([a-z/]+) *\|", layers[layers.index("[rooms]"):], re.M)
    return max((room for room in rooms if path.is_relative_to(f"src/{room}")), key=len).replace("/", "_")


class Clone:
    """A copy of the sources, to be built and tested."""

    def __init__(self, folder):
        self.root = folder
        self.build = folder / "build" / "release"
        listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "-z"], check=True,
                                capture_output=True).stdout.decode().split("\0")
        for name in filter(None, listed):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        self.run("cmake", "--preset", "release")

    def run(self, *command, check=True):
        environment = dict(os.environ, ELY_PROGRAMS_DIR=str(self.build))
        done = subprocess.run(list(map(str, command)), cwd=self.root, env=environment, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{command}: exit {done.returncode}\n{done.stdout[-4000:]}")
        return done.returncode == 0

    def make(self, room):
        self.run("ninja", "-C", self.build, "elysiactl", "mgit", "durability_recorder", f"ely_{room}_test")

    def tests(self, room):
        """The quick ones first."""
        recorder = next(self.build.rglob("*durability_recorder.so"))
        yield "e2e_durability", ["python3", "tests/durability/durability_test.py", recorder]
        yield room, [self.build / "tests" / f"ely_{room}_test"]
        yield "e2e_crash", ["python3", "tests/e2e/crash_test.py"]

    def caught_by(self, mutation):
        room = room_of(self.root, mutation.path)
        original = (self.root / mutation.path).read_text()
        (self.root / mutation.path).write_text(mutation.text)
        try:
            self.make(room)
            return next((name for name, command in self.tests(room) if not self.run(*command, check=False)), None)
        finally:
            (self.root / mutation.path).write_text(original)

    def check_unmutated(self, rooms):
        """What fails anyhow catches nothing."""
        for room in rooms:
            self.make(room)
            for name, command in self.tests(room):
                if name != "e2e_crash":  # slow, and a test of its own
                    self.run(*command)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true", help="only say what there is to be taken out")
    parser.add_argument("--only", default="", help="only mutations whose description has this in it")
    arguments = parser.parse_args()
    mutations = [each for each in find_mutations(ROOT) if arguments.only in str(each)]
    kinds = ("no fsync", "is not synced", "in its place", "synchronous FULL is OFF")
    unseen = [kind for kind in kinds if not arguments.only and not any(kind in str(each) for each in mutations)]
    assert not unseen, f"the sources have none of these any more, or they are not found: {unseen}"
    if arguments.list:
        print("\n".join(map(str, mutations)))
        return 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ely-mutation-"))
    clone = Clone(folder)
    clone.check_unmutated(sorted({room_of(ROOT, each.path) for each in mutations}))
    survivors = 0
    for mutation in mutations:
        began = time.monotonic()
        test = clone.caught_by(mutation)
        survivors += test is None
        print(f"{str(mutation):90} {test or 'NOT CAUGHT':16} {time.monotonic() - began:5.0f} s", flush=True)
    shutil.rmtree(folder)
    print(f"{len(mutations)} mutations, {survivors} not caught")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
