"""Import into and export from a Weaviate beside replayed requests and bare pages, and the memory that they take."""

import pathlib
import sys

from measure import PROGRAMS, rows_of_program
from repositories import given_or_made

FOLDER = pathlib.Path(__file__).parent


def rows(work, size):
    yield from rows_of_program([PROGRAMS / "weaviate_bench", *([] if size == "usual" else [f"--{size}"])])
    repo = given_or_made("BENCH_LARGE_REPOSITORY", work, 300 if size == "quick" else 12000)
    yield from rows_of_program([sys.executable, FOLDER / "weaviate_memory.py", repo, work])
