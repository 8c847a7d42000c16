"""Ingest without vectors beside zoekt, the first lexical answer while vectors are being computed, and peak memory."""

import os
import shutil
import statistics
import subprocess
import time

from measure import ELYSIACTL, Row, answer, cpu_so_far, finish, interrupt, measured, paired, running, start
from repositories import MARKER, count_files, given_or_made, part_of


def add_command(repo, *options):
    return [ELYSIACTL, "repo", "add", repo, "--yes", "--name", "bench", "--json", *options]


def without_vectors(repo, work, files):
    home = work / "ingest-home"
    add = add_command(repo, "--vectorizer", "none")
    clear = lambda: shutil.rmtree(home, ignore_errors=True)
    name, zoekt = "ingest without vectors / zoekt-git-index", os.environ.get("ZOEKT_GIT_INDEX")
    if not zoekt:
        seconds = measured(add, home).seconds
        return Row(name, None, "x", 1.0, peer="zoekt-git-index",
                   note=f"{files:,} files in {seconds:.2f} s; ZOEKT_GIT_INDEX is not set")
    pairs = paired(add, f"rm -rf {work}/zoekt && {zoekt} -index {work}/zoekt {repo}", clear, home=home)
    return Row(name, pairs.ratio, "x", 1.0, peer="zoekt-git-index",
               note=f"{files:,} files; {pairs.ours:.2f} s, {pairs.theirs:.2f} s; by CPU time {pairs.cpu_ratio:.2f}")


def objects(home):
    """Written so far."""
    listed = answer([ELYSIACTL, "col", "ls", "--json"], home)
    return listed[0]["objects"] if listed else 0


def first_answer(repo, home):
    """Seconds from the start of `repo add` with vectors until another process finds the last file by its words."""
    began = time.perf_counter()
    adding = start(add_command(repo), home)
    search = [ELYSIACTL, "search", MARKER, "--mode", "lexical", "--collection", "bench", "--json"]
    while running(adding) and not answer(search, home):
        time.sleep(0.05)  # leaves the ingest its cores
    seconds, cpu = time.perf_counter() - began, cpu_so_far(adding)
    if not running(adding):
        finish(adding, began)
        raise RuntimeError("repo add ended before a search found the last file")
    then = objects(home)
    time.sleep(1)  # what is still missing would come now
    complete = then == objects(home)
    interrupt(adding, began)
    return seconds, cpu, then, complete


def first_answers(repo, work, files):
    marked = part_of(repo, work / "marked.git", marker=True)
    answers = []
    for number in range(3):
        answers.append(first_answer(marked, work / f"first-answer-{number}"))
    complete = all(one[3] for one in answers)
    seconds = statistics.median(one[0] for one in answers)
    return Row("first lexical answer after the start of repo add", seconds, "s", 3.0,
               note=f"{files:,} files, {answers[0][2]:,} chunks, {'all' if complete else 'NOT ALL'} of them in when the "
                    f"last file is found; median of {len(answers)}, CPU {statistics.median(one[1] for one in answers):.1f} s")


def peak_with_vectors(repo, work, seconds):
    """Of `repo add` with vectors, stopped after so many seconds of embedding: its cost, and what it had done."""
    home, began = work / "peak-home", time.perf_counter()
    adding = start(add_command(repo), home)
    embedding_since, known = None, {}
    while running(adding):
        time.sleep(0.5)
        listed = answer([ELYSIACTL, "col", "ls", "--json"], home)
        known = listed[0] if listed else known
        if known.get("vectors") and embedding_since is None:
            embedding_since = time.perf_counter()
        if embedding_since and time.perf_counter() - embedding_since > seconds:
            break
    return interrupt(adding, began), known


def peaks(work, size):
    repo = given_or_made("BENCH_LARGE_REPOSITORY", work, 1500 if size == "quick" else 12000)
    files = count_files(repo)
    home = work / "large-home"
    cost = measured(add_command(repo, "--vectorizer", "none"), home, subprocess.PIPE)
    report = cost.json()
    yield Row("peak memory of an ingest without vectors", cost.peak_mib, "MiB", 1024,
              note=f"{files:,} files, {report['objects']:,} chunks in {cost.seconds:.1f} s; the largest process")
    shutil.rmtree(home)
    if size == "full":
        cost = measured(add_command(repo), home, subprocess.PIPE)
        note = f"{cost.json()['embedded']:,} texts embedded in {cost.seconds:.0f} s"
    else:
        cost, known = peak_with_vectors(repo, work, 5 if size == "quick" else 45)
        note = f"stopped when {known['vectors']:,} of {known['objects']:,} chunks had vectors; --full goes on"
    yield Row("peak memory of an ingest with vectors", cost.peak_mib, "MiB", 1024, note=f"{files:,} files; {note}")


def rows(work, size):
    repo = given_or_made("BENCH_REPOSITORY", work, 300 if size == "quick" else 3000)
    files = count_files(repo)
    yield without_vectors(repo, work, files)
    yield first_answers(repo, work, files)
    yield from peaks(work, size)
