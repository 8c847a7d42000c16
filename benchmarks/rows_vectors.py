"""A whole `repo add` with vectors, beside the bare inference loop over the same texts; the goal of 1,247 Python files in 45 s."""

import os
import pathlib
import shutil
import subprocess

from measure import PROGRAMS, ELYSIACTL, Cost, Pairs, Row, measured, rows_of_program
from repositories import every_nth, given_or_made, part_of

GOAL_FILES, GOAL_SECONDS = 1247, 45


def add(repo, home):
    """Into a home without anything in it: no vector is known yet."""
    shutil.rmtree(home, ignore_errors=True)
    return measured([ELYSIACTL, "repo", "add", repo, "--yes", "--name", "bench", "--json"], home, subprocess.PIPE)


def embedding_bench(home, *options):
    """Its rows by name, for the texts that are in this home's collection."""
    rows = rows_of_program([PROGRAMS / "embedding_bench", "--store", home / "data" / "store.db", "--collection", "bench",
                            *options])
    if rows[0].value is None:
        raise RuntimeError(rows[0].note)
    return {row.name: row for row in rows}


def whole_add(work, size):
    files = {"quick": 40, "usual": 250, "full": 600}[size]
    repo = part_of(given_or_made("BENCH_REPOSITORY", work, 300 if size == "quick" else 3000), work / "part.git",
                   lambda entries: every_nth(entries, files))
    home, pairs = work / "vectors-home", []
    for _ in range(3):
        ours = add(repo, home)
        loop = embedding_bench(home)
        pairs.append((ours, Cost(loop["bare loop"].value, loop["bare loop, CPU time"].value, 0)))
    report, result, tokens = ours.json(), Pairs.of(pairs), loop["tokens"]
    if report["embedded"] != loop["texts"].value:
        raise RuntimeError(f"{report['embedded']} texts were embedded, {loop['texts'].value:.0f} are there")
    note = (f"{report['files']:,} files, {report['embedded']:,} distinct texts, {tokens.value:,.0f} tokens; "
            f"{result.ours:.1f} s, {result.theirs:.1f} s; by CPU time {result.cpu_ratio:.2f}; {tokens.note}")
    target = None if size == "quick" else 1.10  # of a few texts, most of the time is the start
    yield Row("repo add with vectors / bare loop over its texts", result.ratio, "x", target,
              peer="bare inference loop", note=note)


def python_files(work, size):
    name, given = f"repo add with vectors, {GOAL_FILES:,} Python files", os.environ.get("BENCH_PYTHON_REPOSITORY")
    if not given:
        yield Row(name, None, "s", GOAL_SECONDS, note="BENCH_PYTHON_REPOSITORY is not set")
        return
    count = 15 if size == "quick" else GOAL_FILES
    python = lambda entries: [e for e in entries if e[0].startswith(b"100") and e[2].endswith(b".py")][:count]
    home = work / "python-home"
    cost = add(part_of(pathlib.Path(given), work / "python.git", python), home)
    report, tokens = cost.json(), embedding_bench(home, "--rounds", 0)["tokens"]
    target, enough = GOAL_SECONDS, f"; {tokens.value / GOAL_SECONDS:,.0f} tokens/s would do"
    if report["files"] != GOAL_FILES:  # too few to be judged
        name, target, enough = f"repo add with vectors, {report['files']:,} Python files", None, ""
    rate = tokens.value / cost.seconds
    note = (f"{report['files']:,} files, {report['objects']:,} chunks, {report['embedded']:,} distinct texts of "
            f"{tokens.value:,.0f} tokens; {rate:,.0f} tokens/s, CPU {cost.cpu:.0f} s; {tokens.note}{enough}")
    yield Row(name, cost.seconds, "s", target, note=note)


def rows(work, size):
    yield from whole_add(work, size)
    yield from python_files(work, size)
