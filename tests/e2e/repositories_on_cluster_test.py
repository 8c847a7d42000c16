#!/usr/bin/env python3
"""Repositories on a real Weaviate with keys and TLS, beside the embedded store: added, changed, synced and removed with nothing
but their names; the same repository ends in the same objects on both stores. The server killed, a wrong key and a key without
rights are told as such, and nothing is lost or taken for gone; the key is found nowhere."""

import shutil
import sys

from support import Home, Repository, temporary_folder
from weaviate_servers import WeaviateServer, enter_private_network

KEY = "root-key"


class Desk:
    def __init__(self, folder, weaviate):
        self.home = Home(folder / "home")
        self.key = folder / "key"
        self.weaviate = weaviate
        self.said = []

    def run(self, *arguments, status=0):
        result = self.home.run(*arguments, extra={"READER_KEY": "reader-key", "WRONG_KEY": "wrong-key"})
        self.said.append(result.stdout + result.stderr)
        assert result.returncode == status, (arguments, result.returncode, result.stdout, result.stderr)
        return result.stdout + result.stderr

    def use_key(self, *how):
        self.run("cluster", "add", "team", "--url", self.weaviate.url(), "--grpc", self.weaviate.grpc(), "--ca-file",
                 self.weaviate.ca_file(), *how, "--replace")

    def use_good_key(self):
        self.key.write_text(KEY + "\n")
        self.key.chmod(0o600)
        self.use_key("--api-key-file", self.key)

    def entries(self):
        return {entry["name"]: entry for entry in self.home.json("repo", "list")}

    def states(self):
        return {entry["name"]: entry["status"] for entry in self.home.json("repo", "status")}


def holds(desk, cluster, collection):
    """What a collection is worth: objects, and a digest over all of them."""
    shown = desk.home.json("col", "show", collection, "--cluster", cluster)
    return shown["documents"], shown["objects"], shown["digest"]


def check_same(desk):
    here, there = holds(desk, "embedded", "code"), holds(desk, "team", "my-code")
    assert here == there and here[1] > 0, (here, there)


def write_first(repository):
    for number in range(12):
        repository.write(f"src/part{number}.py", f'"""Part {number}."""\n\n\ndef part_{number}(x):\n    return x + {number}\n')
    repository.write("README.md", "# Parts\n\nEach adds its number.\n\n## Use\n\nCall them.\n")
    repository.commit("first")


def check_life(desk, repository):
    desk.use_good_key()
    for where in (["--cluster", "team", "--name", "there", "--collection", "my-code"], ["--name", "here", "--collection", "code"]):
        desk.run("repo", "add", repository.folder, "--vectorizer", "none", "--yes", *where)
    entries = desk.entries()
    assert (entries["there"]["cluster"], entries["there"]["collection"]) == ("team", "My_code"), entries
    assert entries["here"]["cluster"] is None
    check_same(desk)
    repository.write("src/part3.py", "def part_three(x):\n    return x * 3\n")
    repository.git("mv", "src/part4.py", "src/part_four.py")
    repository.git("rm", "-q", "src/part5.py")
    repository.commit("second")
    before = holds(desk, "team", "my-code")
    desk.run("repo", "sync", "here")
    assert holds(desk, "team", "my-code") == before
    desk.run("repo", "sync", "there")
    check_same(desk)
    # The default may be anything: each stays where it is.
    desk.run("cluster", "use", "team")
    assert "up to date" in desk.run("repo", "sync", "here")
    assert "up to date" in desk.run("repo", "sync", "there")
    assert "src/part3.py" in desk.run("search", "part_three", "--collection", "my-code", "--mode", "lexical")
    desk.run("cluster", "use", "embedded")
    desk.run("repo", "sync", "there", "--cluster", "embedded", status=2)


def check_faults(desk, repository):
    repository.write("src/late.py", "def late():\n    return None\n")
    repository.commit("third")
    desk.weaviate.kill()
    assert desk.states() == {"here": "healthy", "there": "store does not answer"}
    desk.run("repo", "sync", "there", status=13)
    desk.run("repo", "remove", "there", "--delete-collection", "--yes", status=13)
    desk.weaviate.restart()
    for variable in ("WRONG_KEY", "READER_KEY"):
        desk.use_key("--api-key-env", variable)
        desk.run("repo", "sync", "there", status=12)
    desk.use_good_key()
    desk.run("repo", "sync", "there")
    desk.run("repo", "sync", "here")
    check_same(desk)
    assert desk.states() == {"here": "healthy", "there": "healthy"}


def check_protected(desk):
    desk.run("col", "create", "ELYSIA_CONFIG__", "--cluster", "team", "--vectorizer", "none", "--force")
    listed = desk.home.json("col", "ls", "--cluster", "team")
    assert [item["name"] for item in listed] == ["My_code"], listed
    desk.run("col", "rm", "ELYSIA_CONFIG__", "--cluster", "team", "--yes", status=12)
    assert desk.weaviate.ask("/v1/schema/ELYSIA_CONFIG__")["class"] == "ELYSIA_CONFIG__"
    desk.run("col", "rm", "ELYSIA_CONFIG__", "--cluster", "team", "--yes", "--force")


def check_end(desk):
    here = holds(desk, "embedded", "code")
    assert "there" in desk.run("cluster", "remove", "team", status=11)
    desk.run("repo", "remove", "there", "--delete-collection", "--yes")
    # Elysia's own class stays, with nothing in it.
    assert [one["class"] for one in desk.weaviate.ask("/v1/schema")["classes"]] == ["ELYSIA_METADATA__"]
    assert desk.weaviate.ask("/v1/objects?class=ELYSIA_METADATA__")["objects"] == []
    assert holds(desk, "embedded", "code") == here
    desk.run("cluster", "remove", "team", "--yes")
    assert desk.key.exists()


def check_key_is_nowhere(desk):
    assert not any(KEY in text for text in desk.said)
    for file in desk.home.folder.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes(), file


def main():
    enter_private_network()
    folder = temporary_folder()
    try:
        with WeaviateServer(api_keys=True, tls=True) as weaviate:
            repository = Repository(folder / "parts")
            write_first(repository)
            desk = Desk(folder, weaviate)
            check_life(desk, repository)
            check_faults(desk, repository)
            check_protected(desk)
            check_key_is_nowhere(desk)
            check_end(desk)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
