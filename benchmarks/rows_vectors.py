"""A whole `repo add` with vectors, beside the bare inference loop over the same texts; the vision's 1,247 files."""

import os
import pathlib
import shutil
import statistics
import subprocess

from measure import PROGRAMS, ELYSIACTL, Cost, Pairs, Row, measured, rows_of_program
from repositories import every_nth, given_or_made, part_of

VISION_FILES, VISION_SECONDS = 1247, 45


def add(repo, home):
    """Into a home without anything in it: no vector is known yet."""
    shutil.rmtree(home, ignore_errors=True)
    return measured([ELYSIACTL, "repo", "add", repo, "--yes", "--name", "bench", "--json"], home, subprocess.PIPE)


def bare_loop(home):
    """The loop over the texts that were embedded: its cost, texts, tokens and a note."""
    rows = rows_of_program([PROGRAMS / "embedding_bench", "--store", home / "data" / "store.db", "--collection", "bench"])
    if rows[0].value is None:
        raise RuntimeError(rows[0].note)
    by_name = {row.name: row.value for row in rows}
    return Cost(by_name["bare loop"], by_name["bare loop, CPU time"], 0), by_name["texts"], by_name["tokens"], rows[0].note


def beside_bare_loop(repo, work, runs):
    """Pairs of an add and its bare loop; the last add's report, its texts and tokens, and how the loop ran."""
    home, pairs = work / "vectors-home", []
    for _ in range(runs):
        ours = add(repo, home)
        loop, texts, tokens, how = bare_loop(home)
        pairs.append((ours, loop))
    report = ours.json()
    assert report["embedded"] == texts, f"{report['embedded']} texts were embedded, {texts} are there"
    return Pairs.of(pairs), report, int(tokens), how


def whole_add(work, size):
    files = {"quick": 40, "usual": 250, "full": 600}[size]
    repo = part_of(given_or_made("BENCH_REPOSITORY", work, 300 if size == "quick" else 3000), work / "part.git",
                   lambda entries: every_nth(entries, files))
    pairs, report, tokens, how = beside_bare_loop(repo, work, 3)
    yield Row("repo add with vectors / bare loop over its texts", pairs.ratio, "x", 1.10,
              peer="the encoder's session alone: no store, no cache, no tokenizer",
              note=f"{report['files']:,} files, {report['embedded']:,} distinct texts, {tokens:,} tokens; {pairs.ours:.1f} s, "
                   f"{pairs.theirs:.1f} s; by CPU time {pairs.cpu_ratio:.2f}; {how}")


def vision(work, size):
    name, given = f"repo add with vectors, {VISION_FILES:,} Python files", os.environ.get("BENCH_PYTHON_REPOSITORY")
    if not given:
        yield Row(name, None, "s", VISION_SECONDS, note="BENCH_PYTHON_REPOSITORY is not set")
        return
    target = VISION_SECONDS
    count = 15 if size == "quick" else VISION_FILES
    python = lambda entries: [e for e in entries if e[0].startswith(b"100") and e[2].endswith(b".py")][:count]
    repo = part_of(pathlib.Path(given), work / "python.git", python)
    pairs, report, tokens, how = beside_bare_loop(repo, work, 1)
    peer = "the vision, with a CPU that computes in bf16"
    note = (f"{report['files']:,} files, {report['objects']:,} chunks, {tokens:,} tokens in {report['embedded']:,} texts; "
            f"{tokens / pairs.ours:,.0f} tokens/s; {pairs.ratio:.3f} of the bare loop ({pairs.cpu_ratio:.3f} by CPU time); {how}")
    if report["files"] != VISION_FILES:  # too few to be judged
        name, target = f"repo add with vectors, {report['files']:,} Python files", None
    yield Row(name, pairs.ours, "s", target, peer=peer, note=note)


def rows(work, size):
    yield from whole_add(work, size)
    yield from vision(work, size)
