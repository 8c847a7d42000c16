#!/usr/bin/env python3
"""Asks elysiactl the queries of make_queries.py and says how many of the files it finds.

    evaluate.py --queries DIR --clones DIR [--mode lexical|hybrid|vector] [--only NAME] [--json FILE]

Each repository is added to a store of its own, at the commit its queries name, and asked every query. Printed: recall@10 by
file and the mean reciprocal rank of the first right file, for each repository and in the mean of each use.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

PROGRAM = pathlib.Path(os.environ.get("ELY_PROGRAMS_DIR", "build/release")) / "elysiactl"


def run(home, *arguments):
    environment = dict(os.environ, ELYSIACTL_HOME=str(home))
    result = subprocess.run([str(PROGRAM), *map(str, arguments)], env=environment, capture_output=True, text=True,
                            stdin=subprocess.DEVNULL, check=False)
    if result.returncode not in (0, 3):
        raise SystemExit(f"{arguments}: {result.stderr}")
    return json.loads(result.stdout)


def clone_of(clones, name):
    for candidate in (clones / name, clones / f"{name}.git", *clones.glob(f"*+{name}/repo")):
        if candidate.exists():
            return candidate
    raise SystemExit(f"no clone of {name} in {clones}")


def evaluate(asked, clones, mode, work):
    name = asked["repository"]
    checkout = work / name
    subprocess.run(["git", "clone", "-q", "--no-checkout", str(clone_of(clones, name)), str(checkout)], check=True)
    subprocess.run(["git", "-C", str(checkout), "checkout", "-q", "-f", "-B", "evaluated", asked["commit"]], check=False,
                   capture_output=True)
    home = work / f"{name}-home"
    run(home, "repo", "add", checkout, "--yes", "--name", name, "--branch", "evaluated", "--vectorizer",
        "none" if mode == "lexical" else "local", "--json")
    recalls, ranks = [], []
    for query in asked["queries"]:
        found = [hit["path"] for hit in run(home, "search", "--mode", mode, "--group", "file", "--limit", 10, "--json", "--", query["query"])]
        wanted = set(query["files"])
        recalls.append(len(wanted & set(found)) / min(len(wanted), 10))
        ranks.append(next((1 / (i + 1) for i, path in enumerate(found) if path in wanted), 0.0))
    return {"repository": name, "use": asked["use"], "queries": len(recalls), "recall": statistics.mean(recalls),
            "mrr": statistics.mean(ranks)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=pathlib.Path, required=True)
    parser.add_argument("--clones", type=pathlib.Path, required=True)
    parser.add_argument("--mode", default="lexical", choices=("lexical", "hybrid", "vector"))
    parser.add_argument("--only", default="")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="ely-quality-") as work:
        for path in sorted(arguments.queries.glob("*.json")):
            if arguments.only not in path.stem:
                continue
            row = evaluate(json.loads(path.read_text()), arguments.clones, arguments.mode, pathlib.Path(work))
            rows.append(row)
            print(f"{row['repository']:18} {row['use']:9} {row['queries']:4} queries  R@10 {row['recall']:.3f}  MRR {row['mrr']:.3f}",
                  flush=True)
    for use in sorted({row["use"] for row in rows}):
        group = [row for row in rows if row["use"] == use]
        print(f"mean {use}: R@10 {statistics.mean(r['recall'] for r in group):.3f}  MRR {statistics.mean(r['mrr'] for r in group):.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
