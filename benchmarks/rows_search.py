"""Searches at 100,000 chunks: inside the process, and the whole command on the same store; the other short commands."""

import itertools
import shutil
import statistics

from measure import ELYSIACTL, PROGRAMS, Row, measured, rows_of_program
from repositories import given_or_made, part_of


def timed(arguments, home, runs, before=lambda: None):
    """Each run with the next of `arguments`."""
    costs = []
    for one in itertools.islice(itertools.cycle(arguments), runs):
        before()
        costs.append(measured([ELYSIACTL, *one], home))
    return costs


def whole_command(name, costs, target, what=""):
    return Row(f"elysiactl {name}", statistics.median(cost.seconds for cost in costs) * 1000, "ms", target,
               note=f"whole command, median of {len(costs)}{what}; CPU "
                    f"{statistics.median(cost.cpu for cost in costs) * 1000:.0f} ms")


def short_commands(work, size):
    repo = given_or_made("BENCH_REPOSITORY", work, 300 if size == "quick" else 3000)
    home = work / "short-home"
    measured([ELYSIACTL, "repo", "add", repo, "--yes", "--name", "bench", "--vectorizer", "none"], home)
    yield whole_command("--version", timed([["--version"]], home, 15), 40)
    yield whole_command("repo status", timed([["repo", "status"]], home, 15), 40)


def rows(work, size):
    home, queries_file = work / "search-home", work / "queries.txt"
    store = home / "data" / "store.db"
    store.parent.mkdir(parents=True)
    options = [] if size == "usual" else [f"--{size}"]
    yield from rows_of_program([PROGRAMS / "store_bench", "--file", store, "--queries-to", queries_file, *options])
    queries = queries_file.read_text().splitlines()
    commands = [["search", query, "--collection", "bench"] for query in queries]
    where = ", the store of the rows above"
    lexical = [[*one, "--mode", "lexical"] for one in commands]
    yield whole_command("search --mode lexical", timed(lexical, home, 15), 80, where)

    # A home that no query has used before, each time: what is kept between queries, if anything, is made anew.
    fresh = work / "fresh-home"

    def renew():
        shutil.rmtree(fresh, ignore_errors=True)
        (fresh / "data").mkdir(parents=True)
        (fresh / "data" / "store.db").hardlink_to(store)

    yield whole_command("search, query embedded, first", timed(commands, fresh, 5, renew), 700,
                        ", each in a home of its own")
    yield whole_command("search, query embedded, later", timed(commands, home, 11), 400, where)
    yield from short_commands(work, size)
