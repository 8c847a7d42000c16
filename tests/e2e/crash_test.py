#!/usr/bin/env python3
"""Kills an add, a sync, and what takes things away again, at every crash point that the sources name, and at random moments;
the same command again must end in the collection of an undisturbed run, by digest."""

import argparse
import random
import re
import shutil
import sys
import time

import store_file
from support import ROOT, Home, Repository, kill_group, restore, temporary_folder

# Passed only by commands that this test does not run; each has its test where it is used.
ELSEWHERE = {
    "sync.superseded_set_aside": "src/programs/mgit/sync_crash_test.cpp",
    "spool.rejected": "src/changes/stream/spool_test.cpp",
    "spool.released": "src/changes/stream/spool_test.cpp",
}
# Rooms whose own tests read the names from the sources and hit each of them.
OWN_TESTS = ("store.",)
PASSES = (1, 2, 3, 5, 8)


def crash_points():
    found = {}
    for path in sorted((ROOT / "src").rglob("*.cpp")):
        if path.name.endswith("_test.cpp"):
            continue
        for name in re.findall(r'crash_point\("([^"]+)"\)', path.read_text()):
            found.setdefault(name, path.relative_to(ROOT))
    return found


def make_repository(folder):
    repository = Repository(folder)
    for i in range(12):
        repository.write(f"src/module_{i}.py", f'"""Module {i}."""\n\n\ndef compute_{i}(value):\n'
                                               f'    """Adds {i} to the value."""\n    return value + {i}\n')
    repository.write("README.md", "# Sample\n\nWhat it is.\n\n## Install\n\nHow to install it.\n")
    repository.write("main.go", "package main\n\nfunc main() {\n\tprintln(\"hello\")\n}\n")
    repository.write("logo.png", bytes(range(256)))
    repository.commit("first")
    return repository


def change_repository(repository):
    repository.write("src/module_0.py", "def compute_0(value):\n    return value * 2\n")
    repository.write("src/added.rs", "pub fn added() -> u32 { 7 }\n")
    (repository.folder / "src/module_1.py").unlink()
    (repository.folder / "src/module_2.py").rename(repository.folder / "src/renamed.py")
    repository.commit("second")


class Scenario:
    """One command, the home it starts from, and the digest it has to end in."""

    def __init__(self, name, work, start, command):
        self.name = name
        self.start = start
        self.command = command
        self.home = Home(work / "home")
        self.hits = {}
        self.seconds = 0.0
        self.expected = None

    def reset(self):
        if self.start is None:
            shutil.rmtree(self.home.folder, ignore_errors=True)
            self.home = Home(self.home.folder)
        else:
            restore(self.start, self.home.folder)

    def measure(self):
        self.reset()
        began = time.monotonic()
        self.home.ok(*self.command)
        self.seconds = time.monotonic() - began
        self.expected = self.result()

    def result(self):
        shown = self.home.json("col", "show", "sample")
        search = self.home.json("search", "adds to the value", "--collection", "sample", "--mode", "lexical")
        return shown["documents"], shown["objects"], shown["digest"], [hit["path"] for hit in search][:3]

    def ended(self, again):
        # An add that had ended before it was killed is refused the second time, and says so.
        return again.returncode == 0 or (again.returncode == 11 and "already added" in again.stderr)

    def run_again(self, command, what, ended):
        # What a killed program had started may hold its lock for a moment longer: the answer then is a conflict.
        deadline = time.monotonic() + 20
        while True:
            again = self.home.run(*command)
            if ended(again):
                return
            if again.returncode != 11 or time.monotonic() > deadline:
                raise AssertionError(f"{self.name}, {what}: {command}: exit {again.returncode}\n"
                                     f"{again.stdout}\n{again.stderr}")

    def check(self, what):
        self.run_again(self.command, what, self.ended)
        self.compare(what)

    def compare(self, what):
        got = self.result()
        if got != self.expected:
            raise AssertionError(f"{self.name}, {what}: {got} rather than {self.expected}")

    def crash_at(self, point, count):
        self.reset()
        crashed = self.home.run(*self.command, extra={"ELYSIACTL_CRASH_AT": f"{point}:{count}"})
        if crashed.returncode == 0:
            return False
        self.check(f"killed at {point}:{count}")
        self.hits[point] = self.hits.get(point, 0) + 1
        return True

    def crash_randomly(self, chance):
        self.reset()
        process = self.home.start(*self.command)
        time.sleep(chance.random() * self.seconds)  # the moment is the test's subject
        kill_group(process)
        self.check("killed at a random moment")

    def crash_everywhere(self, points):
        for point in points:
            for count in PASSES:
                if not self.crash_at(point, count):
                    break


def done(result):
    return result.returncode == 0


class Removal(Scenario):
    """A command that takes something away, and the documented one that brings it back. The repeat may find it gone."""

    def __init__(self, name, work, start, command, gone, back, may_skip_repeat):
        super().__init__(name, work, start, command)
        self.gone = gone
        self.back = back
        self.may_skip_repeat = may_skip_repeat

    def ended(self, again):
        return again.returncode == 0 or (again.returncode == 10 and self.gone is not None and self.gone in again.stderr)

    def left(self):
        """What there still is: repositories, collections with their objects, the ledger's rows, mgit's copies."""
        data = self.home.folder / "data"
        return ([entry["name"] for entry in self.home.json("repo", "list")],
                [(entry["name"], entry["objects"]) for entry in self.home.json("col", "ls")],
                store_file.ledger_rows(data / "ledger.db"), len(list((data / "mgit" / "repos").glob("*/repo.git"))))

    def result(self):
        left = self.left()
        self.run_again(self.back, "bringing it back", done)
        return left, super().result()

    def crash_at(self, point, count):
        if not super().crash_at(point, count):
            return False
        if self.may_skip_repeat:
            # The way back, without the repeat before it, ends in the same collection.
            self.reset()
            self.home.run(*self.command, extra={"ELYSIACTL_CRASH_AT": f"{point}:{count}"})
            self.run_again(self.back, f"killed at {point}:{count}", done)
            got = Scenario.result(self)
            if got != self.expected[1]:
                raise AssertionError(f"{self.name}, killed at {point}:{count}, then {self.back}: {got} "
                                     f"rather than {self.expected[1]}")
        return True


def removals(work, start, add_command):
    sync = ["repo", "sync", "sample"]
    yield Removal("remove", work, start, ["repo", "remove", "sample", "--delete-collection", "--yes"],
                  "no repository is called", add_command, may_skip_repeat=False)
    yield Removal("col clear", work, start, ["col", "clear", "sample", "--yes"], None, sync, may_skip_repeat=True)
    yield Removal("col rm", work, start, ["col", "rm", "sample", "--yes"], "there is no collection", sync,
                  may_skip_repeat=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--random", type=int, default=20)
    parser.add_argument("--vectorizer", default="none")
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.randrange(1 << 32)
    chance = random.Random(seed)
    work = temporary_folder()
    repository = make_repository(work / "sample")
    add_command = ["repo", "add", repository.folder, "--yes", "--vectorizer", arguments.vectorizer]
    add = Scenario("add", work, None, add_command)
    add.measure()
    shutil.copytree(add.home.folder, work / "added", symlinks=True)
    points = crash_points()
    add.crash_everywhere(points)
    for _ in range(arguments.random // 2):
        add.crash_randomly(chance)
    scenarios = [add, *removals(work, work / "added", add_command)]
    for removal in scenarios[1:]:
        removal.measure()
        if removal.expected[1] != add.expected:
            raise AssertionError(f"{removal.name}, then {removal.back}: {removal.expected[1]} rather than {add.expected}")
        removal.crash_everywhere(points)
        for _ in range(arguments.random // 10):
            removal.crash_randomly(chance)
    change_repository(repository)
    sync = Scenario("sync", work, work / "added", ["repo", "sync", "sample"])
    scenarios.append(sync)
    sync.measure()
    sync.crash_everywhere(points)
    for _ in range(arguments.random - arguments.random // 2):
        sync.crash_randomly(chance)
    for point, path in points.items():
        print(f"{point:28} {path}: " + ", ".join(f"{each.name} {each.hits.get(point, 0)}" for each in scenarios))
    print(f"random seed {seed}, {arguments.random + 3 * (arguments.random // 10)} random moments")
    missed = [point for point in points if not any(point in each.hits for each in scenarios)]
    missed = [point for point in missed if point not in ELSEWHERE and not point.startswith(OWN_TESTS)]
    if arguments.vectorizer == "none":
        missed = [point for point in missed if not point.startswith(("embed.", "vectors."))]
    if missed:
        print("never reached: " + ", ".join(missed))
        return 1
    shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
