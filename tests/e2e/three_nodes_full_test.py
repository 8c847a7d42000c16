#!/usr/bin/env python3
"""A repository of 3,000 real source files on a cluster of three nodes with three copies of each object, beside the embedded store:
the same documents, objects, contents and vectors, by the digest over all of them. A node is killed while changes are synced, and
returns: nothing is lost or doubled.

ELY_TEST_REPOSITORY: a clone to take instead of one made of the sources that lie on every machine with a compiler."""

import os
import pathlib
import shutil
import sysconfig
import time

from support import Home, Repository, temporary_folder
from weaviate_servers import WeaviateServer, enter_private_network

FILES = 3000
WITH_VECTORS = 120
LARGEST = 60_000


def sources():
    """The system's headers and Python's own modules, always in the same order."""
    for folder in (pathlib.Path("/usr/include"), pathlib.Path(sysconfig.get_paths()["stdlib"])):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".h", ".hpp", ".hh", "") and path.is_file() and 0 < path.stat().st_size < LARGEST:
                yield folder, path


def make_repository(folder, count):
    repository = Repository(folder)
    taken = 0
    for top, path in sources():
        if taken == count:
            break
        target = folder / top.name / path.relative_to(top)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        taken += 1
    assert taken == count, f"only {taken} sources on this machine"
    repository.commit("as they are")
    return repository


def change(repository, text):
    """Every tenth file gets a line at its end, every fiftieth goes, some come."""
    for number, path in enumerate(repository.paths()):
        if number % 50 == 0:
            repository.git("rm", "-q", path)
        elif number % 10 == 1:
            with (repository.folder / path).open("ab") as file:
                file.write(f"\n{text}\n".encode())
    for number in range(40):
        repository.write(f"new/{text}_{number}.py", f"def {text}_{number}(value):\n    return value + {number}\n")
    repository.commit(text)


def worth(home, collection, cluster):
    shown = home.json("col", "show", collection, "--cluster", cluster)
    return {name: shown[name] for name in ("objects", "dimensions", "digest")}


def check_same(home, collection, *clusters):
    here = worth(home, collection, "embedded")
    assert here["objects"] > 0
    for cluster in clusters:
        there = worth(home, collection, cluster)
        assert there == here, (cluster, here, there)
    return here


def add_to_both(home, repository, name, vectorizer):
    for where in ("embedded", "trio"):
        home.ok("repo", "add", repository, "--vectorizer", vectorizer, "--name", f"{name}-{where}", "--collection", name, "--cluster",
                where, "--yes", "--no-elysia", timeout=1800)


def sync_both(home, name):
    return [home.json("repo", "sync", f"{name}-{where}", timeout=1800) for where in ("embedded", "trio")]


def check_killed_node(home, weaviate, repository):
    """Killed as soon as the first objects have arrived."""
    change(repository, "killed_meanwhile")
    before = worth(home, "code", "trio")["objects"]
    syncing = home.start("repo", "sync", "code-trio", "--json")
    while syncing.poll() is None and weaviate.ask("/v1/graphql", "POST", {"query": "{Aggregate{Code{meta{count}}}}"})[
            "data"]["Aggregate"]["Code"][0]["meta"]["count"] == before:
        time.sleep(0.01)
    assert syncing.poll() is None, "the sync ended before the node could be killed"
    weaviate.kill(2)
    output, errors = syncing.communicate(timeout=600)
    assert syncing.returncode == 0, (output, errors)
    home.json("repo", "sync", "code-embedded")
    check_same(home, "code", "trio")
    weaviate.restart(2)
    weaviate.wait_for_healthy(["node0", "node1", "node2"])
    check_same(home, "code", "trio", "second")


def main():
    enter_private_network()
    folder = temporary_folder()
    try:
        with WeaviateServer(nodes=3) as weaviate:
            home = Home(folder / "home")
            # By the first node and, to look at another one's copies, by the second.
            for cluster, node in (("trio", 0), ("second", 1)):
                home.ok("cluster", "add", cluster, "--url", weaviate.url(node), "--grpc", weaviate.grpc(node))
            given = os.environ.get("ELY_TEST_REPOSITORY")
            repository = None if given else make_repository(folder / "sources", FILES)
            add_to_both(home, given or repository.folder, "code", "none")
            print("without vectors:", check_same(home, "code", "trio", "second"), flush=True)
            small = make_repository(folder / "small", WITH_VECTORS)
            add_to_both(home, small.folder, "small", "local")
            print("with vectors:", check_same(home, "small", "trio", "second"), flush=True)
            change(small, "changed")
            sync_both(home, "small")
            check_same(home, "small", "trio", "second")
            if repository:
                check_killed_node(home, weaviate, repository)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
