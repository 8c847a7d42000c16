#!/usr/bin/env python3
"""What memory a repository takes on its way into a Weaviate and out of it, as rows: started by benchmarks/run, because the server
has a network of its own.

    weaviate_memory.py REPOSITORY WORK
"""

import json
import pathlib
import subprocess
import sys

from measure import ELYSIACTL, Row, measured
from repositories import count_files

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tests" / "e2e"))
from weaviate_servers import WeaviateServer, enter_private_network  # noqa: E402

TARGET = 300


def main():
    repo, home = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]) / "weaviate-home"
    enter_private_network()
    with WeaviateServer() as weaviate:
        measured([ELYSIACTL, "cluster", "add", "bench", "--url", weaviate.url(), "--grpc", weaviate.grpc()], home)
        into = measured([ELYSIACTL, "repo", "add", repo, "--cluster", "bench", "--vectorizer", "none", "--no-elysia", "--yes",
                         "--name", "bench", "--json"], home, subprocess.PIPE)
        out_of = measured([ELYSIACTL, "col", "show", "bench", "--cluster", "bench", "--json"], home, subprocess.PIPE)
    report = into.json()
    note = f"{count_files(repo):,} files, {report['objects']:,} chunks without vectors in {into.seconds:.0f} s; the largest process"
    rows = [Row("peak memory of an ingest into Weaviate", into.peak_mib, "MiB", TARGET, note=note),
            Row("peak memory of reading it all", out_of.peak_mib, "MiB", TARGET,
                note=f"{out_of.json()['objects']:,} objects in {out_of.seconds:.1f} s, to their digest")]
    print(json.dumps([{k: v for k, v in row.as_json().items() if k != "met"} for row in rows]))


if __name__ == "__main__":
    main()
