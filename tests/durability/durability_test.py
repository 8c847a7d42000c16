#!/usr/bin/env python3
"""Watches what the programs do to the disk, through a preloaded library, and holds it against the rules: what appears under
its name was synced before; its folder, and the one that it came from, are synced before anything else appears; so is a
folder's own folder; and what the databases were told is synced by then. A program without one of its fsyncs, or one that
writes a file in its place, fails here; killing it could not show that, because the kernel keeps what it was given."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from support import Home, Repository, temporary_folder  # noqa: E402

RECORDER = pathlib.Path(sys.argv[1]).resolve()
# Databases sync by SQLite's own rules; git's copies are a cache and git's business; locks hold nothing.
NOT_OURS = (".db", ".db-wal", ".db-shm", ".db-journal", ".lock")


def events(record):
    for line in record.read_text().splitlines():
        process, verb, first, second = line.split("\t")
        yield process, verb, first, second


class Process:
    """What one process has yet to sync."""

    def __init__(self):
        self.files = set()    # written
        self.folders = {}     # folder -> what appeared in it, or went from it
        self.logs = set()     # of databases, written


class Check:
    def __init__(self, home):
        self.home = str(home)
        self.broken = []
        self.renames = 0
        self.renamed = set()
        self.written = set()
        self.processes = {}

    def is_ours(self, path):
        inside = path.startswith(self.home)
        return inside and not path.endswith(NOT_OURS) and "/repos/" not in path and "/lock" not in path

    def take(self, process, verb, first, second):
        owner = self.processes.setdefault(process, Process())
        if verb == "write":
            self.wrote(owner, first)
        elif verb == "fsync":
            owner.files.discard(first)
            owner.logs.discard(first)
            owner.folders.pop(first, None)
        elif verb == "mkdir" and "/spool" in first and self.is_ours(first):
            owner.folders[os.path.dirname(first)] = first
        elif verb == "rename" and (self.is_ours(second) or self.is_ours(first)):
            self.appeared(owner, first, second)

    def wrote(self, owner, path):
        if path.startswith(self.home) and path.endswith(".db-wal"):
            owner.logs.add(path)
        elif self.is_ours(path):
            owner.files.add(path)
            self.written.add(path)

    def appeared(self, owner, source, target):
        self.renames += 1
        self.renamed.add(target)
        if source in owner.files:
            self.broken.append(f"{target} appeared before {source} was synced")
        self.broken += [f"{target} appeared before the folder of {path} was synced" for path in owner.folders.values()]
        self.broken += [f"{target} appeared before {path} was synced" for path in owner.logs]
        owner.folders = {os.path.dirname(target): target, os.path.dirname(source): source}

    def end(self):
        for owner in self.processes.values():
            self.broken += [f"the folder of {path} was not synced" for path in owner.folders.values()]
        in_place = [path for path in self.written if not path.endswith(".partial") and path not in self.renamed]
        self.broken += [f"{path} was written in its place" for path in in_place]


def main():
    work = temporary_folder()
    home = Home(work / "home")
    repository = Repository(work / "sample")
    repository.write("a.py", "def first():\n    return 1\n")
    repository.commit("first")
    extra = {"LD_PRELOAD": str(RECORDER), "ELY_RECORD": str(work / "record")}
    home.ok("repo", "add", repository.folder, "--yes", "--vectorizer", "none", extra=extra)
    repository.write("a.py", "def first():\n    return 2\n")
    repository.commit("second")
    home.ok("repo", "sync", "sample", extra=extra)
    home.ok("sync", repository.folder, "--output", work / "home" / "out.jsonl.zst", program="mgit", extra=extra)
    check = Check(home.folder)
    for event in events(work / "record"):
        check.take(*event)
    check.end()
    database_syncs = sum(1 for _, verb, first, _ in events(work / "record") if verb == "fsync" and first.endswith("-wal"))
    print(f"{check.renames} files appeared by rename, {database_syncs} syncs of databases' logs")
    print("\n".join(check.broken))
    # Three streams and their delivery states at the least, and a store that commits durably.
    return 1 if check.broken or check.renames < 6 or database_syncs < 4 else 0


if __name__ == "__main__":
    sys.exit(main())
