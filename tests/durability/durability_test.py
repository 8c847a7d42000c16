#!/usr/bin/env python3
"""Watches what the programs do to the disk, through a preloaded library, and holds it against the rule: what appears under
its name was synced before, and its folder after. A program without one of its fsyncs, or one that writes a file in its
place, fails here; killing it could not show that, because the kernel keeps what it was given."""

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


def is_ours(path, home):
    inside = path.startswith(str(home))
    return inside and not path.endswith(NOT_OURS) and "/repos/" not in path and "/lock" not in path


def check(record, home):
    """Every broken rule, as text, and how many files appeared by rename."""
    broken, renames = [], 0
    dirty, appeared_in, renamed_targets, written = {}, {}, set(), set()
    for process, verb, first, second in events(record):
        if verb == "write" and is_ours(first, home):
            dirty[(process, first)] = True
            written.add(first)
        elif verb == "fsync":
            dirty[(process, first)] = False
            appeared_in.pop((process, first), None)
        elif verb == "rename" and is_ours(second, home):
            renames += 1
            renamed_targets.add(second)
            source = next((path for (owner, path) in dirty if owner == process and path.endswith(first)), first)
            if dirty.get((process, source), False):
                broken.append(f"{second} appeared before {first} was synced")
            appeared_in[(process, str(pathlib.Path(second).parent))] = second
    broken += [f"the folder of {path} was not synced after it appeared" for path in appeared_in.values()]
    in_place = [path for path in written if not path.endswith(".partial") and path not in renamed_targets]
    broken += [f"{path} was written in its place" for path in in_place]
    return broken, renames


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
    broken, renames = check(work / "record", home.folder)
    database_syncs = sum(1 for _, verb, first, _ in events(work / "record") if verb == "fsync" and first.endswith("-wal"))
    print(f"{renames} files appeared by rename, {database_syncs} syncs of databases' logs")
    print("\n".join(broken))
    # Three streams and their delivery states at the least, and a store that commits durably.
    return 1 if broken or renames < 6 or database_syncs < 4 else 0


if __name__ == "__main__":
    sys.exit(main())
