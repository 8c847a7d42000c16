#!/usr/bin/env python3
"""The life of a repository: added, changed in every way git knows, its branch switched, its history rewritten, removed. After
each step the collection is what git's own listing of the commit says, file by file, and what a fresh add would have made.

With LIFE_CYCLE_REPOSITORIES=path1:path2 real repositories go the same way, and a line is printed for each."""

import os
import pathlib
import shutil
import subprocess
import sys
import time

import store_file
from support import GIT_ENVIRONMENT, Home, Repository, temporary_folder

NAME = "sample"


def git(folder, *arguments):
    environment = dict(os.environ, **GIT_ENVIRONMENT)
    return subprocess.run(["git", "-C", str(folder), *map(str, arguments)], env=environment, check=True,
                          capture_output=True).stdout


def listing(folder, commit):
    """Written path -> (type, object id) of every file of the commit."""
    out = {}
    for line in git(folder, "ls-tree", "-r", "-z", commit).split(b"\0")[:-1]:
        facts, path = line.split(b"\t", 1)
        _, kind, identity = facts.decode().split()
        out[written(path)] = kind, identity
    return out


def written(path):
    """As doc/formats/change-stream.md writes names that are not UTF-8."""
    text = path.decode("utf-8", "surrogateescape").replace("\ufffd", "\udcef\udcbf\udcbd")
    return "".join(f"\ufffd{ord(c) - 0xDC00:02x}" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in text)


def blobs(folder, identities):
    """The contents of these objects, asked for in one go."""
    done = subprocess.run(["git", "-C", str(folder), "cat-file", "--batch"], check=True, capture_output=True,
                          input="".join(identity + "\n" for identity in identities).encode()).stdout
    out, at = {}, 0
    for identity in identities:
        end = done.index(b"\n", at)
        size = int(done[at:end].split()[2])
        out[identity] = done[end + 1:end + 1 + size]
        at = end + 1 + size + 1
    return out


class Life:
    """One repository under care, and the remote that it is read from."""

    def __init__(self, work, remote, url):
        self.work = work
        self.remote = remote
        self.url = url
        self.home = Home(work / "home")
        self.commits = []
        self.seconds = 0.0

    def store(self, home=None):
        return (home or self.home).folder / "data" / "store.db"

    def add(self):
        return self.checked("add", "repo", "add", self.url, "--yes", "--name", NAME, "--vectorizer", "none")

    def sync(self, step):
        return self.checked(step, "repo", "sync", NAME)

    def checked(self, step, *command):
        began = time.monotonic()
        report = self.home.json(*command)
        self.seconds = time.monotonic() - began
        try:
            self.check(report)
        except AssertionError as error:
            raise AssertionError(f"{self.url}, {step}: {error}") from error
        return report

    def check(self, report):
        commit = git(self.remote, "rev-parse", "HEAD").decode().strip()
        self.commits.append(commit)
        files = listing(self.remote, commit)
        assert report["commit"] == commit, (report["commit"], commit)
        total = report["indexed"] + report["unchanged"] + report["skipped"] + report["failed"]
        assert total == report["files"] == len(files), (report, len(files))
        assert report["failed"] == 0, report["failures"]
        shown = self.home.json("col", "show", NAME)
        assert shown["documents"] == report["documents"] == report["indexed"] + report["unchanged"], (shown, report)
        rows = self.check_ledger(files, report)
        listed = store_file.objects(self.store(), NAME)
        assert shown["objects"] == report["objects"] == len(listed), (shown, report, len(listed))
        self.check_objects(listed, files, rows)
        assert shown["digest"] == store_file.digest(listed), "the digest is not that of the objects in the file"
        self.check_against_fresh_add(listed, shown, report, commit)

    def check_ledger(self, files, report):
        rows, scopes = store_file.ledger_rows(self.home.folder / "data" / "ledger.db")
        assert scopes == 1
        assert rows.keys() == files.keys(), rows.keys() ^ files.keys()
        for path, (blob, outcome, _, _) in rows.items():
            # Of what looks like a secret only the path is kept.
            assert blob == files[path][1] or (outcome == "skipped" and blob == ""), (path, blob, files[path])
        skipped = sum(1 for row in rows.values() if row[1] == "skipped")
        assert skipped == report["skipped"] == sum(report["skip_reasons"].values()), (skipped, report)
        return rows

    def check_objects(self, listed, files, rows):
        """Every path that is not skipped is in the collection with its newest content, and nothing else is."""
        by_path = {}
        for item in listed:
            by_path.setdefault(item.text("path"), []).append(item)
        wanted = {path for path, row in rows.items() if row[1] == "indexed"}
        assert by_path.keys() <= wanted, by_path.keys() - wanted
        # A file of blanks has nothing to be found by.
        empty = sorted(wanted - by_path.keys())
        contents = blobs(self.remote, [files[path][1] for path in empty])
        assert not any(contents[files[path][1]].strip() for path in empty), empty
        for path, items in by_path.items():
            assert {item.text("blob_id") for item in items} == {files[path][1]}, path
            assert sorted(item.id for item in items) == sorted(identity.bytes for identity in rows[path][3]), path
            # It says at which commit this version was indexed: one that had been delivered.
            assert {item.text("commit") for item in items} <= set(self.commits), path

    def check_against_fresh_add(self, listed, shown, report, commit):
        """The same as added anew elsewhere, but for the commit at which an unchanged file was indexed."""
        fresh = Home(self.work / "fresh")
        fresh.ok("repo", "add", self.url, "--yes", "--name", NAME, "--vectorizer", "none", "--quiet")
        other = fresh.json("col", "show", NAME)
        rows, _ = store_file.ledger_rows(fresh.folder / "data" / "ledger.db")
        mine, _ = store_file.ledger_rows(self.home.folder / "data" / "ledger.db")
        shutil.rmtree(fresh.folder)
        assert rows == mine, {path for path in rows.keys() | mine.keys() if rows.get(path) != mine.get(path)}
        assert store_file.digest(listed, commit=commit) == other["digest"], "a fresh add makes another collection"
        assert shown["documents"] == other["documents"] and shown["objects"] == other["objects"], (shown, other)
        if report["unchanged"] == 0:
            assert shown["digest"] == other["digest"]

    def remove(self):
        report = self.home.json("repo", "remove", NAME, "--delete-collection", "--yes")
        assert report["collection_dropped"], report
        assert self.home.json("repo", "list") == [] and self.home.json("col", "ls") == []
        assert self.home.run("col", "show", NAME).returncode == 10
        assert store_file.collections(self.store()) == []
        assert store_file.ledger_rows(self.home.folder / "data" / "ledger.db") == ({}, 0)
        mgit = self.home.folder / "data" / "mgit"
        left = [path for path in mgit.rglob("*") if path.is_file() and path.name != "lock"]
        assert not left, left
        again = self.add()
        assert again["unchanged"] == 0 and again["removed"] == 0, again
        self.home.ok("repo", "remove", NAME, "--delete-collection", "--yes")


def first_files(tree):
    for i in range(6):
        tree.write(f"src/module_{i}.py", f"def compute_{i}(value):\n    return value + {i}\n")
    tree.write("src/deep/er/still/nested.go", "package nested\n\nfunc Nested() int { return 1 }\n")
    tree.write("README.md", "# Sample\n\nWhat it is.\n\n## Install\n\nHow to install it.\n")
    tree.write("src/größe/名前.py", "def 名前():\n    return 'größe'\n")
    tree.write("tool.sh", "#!/bin/sh\necho tool\n")
    tree.write("empty.txt", "")
    tree.write("logo.png", bytes(range(256)))
    tree.write(".gitignore", "*.generated.txt\nout/\n")
    tree.write("notes.generated.txt", "Committed although it is ignored.\n")
    tree.write("out/result.txt", "This one too.\n")


class Steps:
    """Changes in a work tree, pushed to the remote."""

    def __init__(self, tree):
        self.tree = tree

    def push(self, message, *options):
        self.tree.git("add", "-A", "-f")
        self.tree.git("commit", "-q", "--allow-empty", "-m", message)
        self.tree.git("push", "-q", *options, "origin", "HEAD")

    def path(self, name):
        return self.tree.folder / name

    def edit(self):
        self.tree.write("src/module_0.py", "def compute_0(value):\n    return value * 2\n")
        self.tree.write("notes.generated.txt", "Committed again.\n")
        self.push("edit")

    def add(self):
        self.tree.write("src/added.rs", "pub fn added() -> u32 { 7 }\n")
        os.makedirs(self.tree.folder.as_posix().encode() + b"/latin", exist_ok=True)
        with open(self.tree.folder.as_posix().encode() + b"/latin/caf\xe9.txt", "w", encoding="utf-8") as file:
            file.write("A name that is not UTF-8.\n")
        self.push("add")

    def delete(self):
        self.path("src/module_1.py").unlink()
        self.path("logo.png").unlink()
        self.push("delete")

    def rename(self):
        self.path("src/module_2.py").rename(self.path("src/renamed.py"))
        shutil.move(self.path("src/größe"), self.path("src/maß"))
        self.push("rename")

    def to_symlink(self):
        self.path("src/module_3.py").unlink()
        self.path("src/module_3.py").symlink_to("module_4.py")
        self.push("file to symlink")

    def from_symlink(self):
        self.path("src/module_3.py").unlink()
        self.tree.write("src/module_3.py", "def compute_3(value):\n    return value - 3\n")
        self.push("symlink to file")

    def executable(self):
        self.path("tool.sh").chmod(0o755)
        self.push("executable")

    def to_folder(self):
        self.path("README.md").unlink()
        self.tree.write("README.md/inside.md", "# Inside\n\nThe file is a folder now.\n")
        shutil.rmtree(self.path("src/deep/er"))
        self.tree.write("src/deep/er", "The folder is a file now.\n")
        self.push("file to folder, folder to file")

    def many_commits(self):
        for i in range(3):
            self.tree.write("src/module_4.py", f"def compute_4(value):\n    return value + 4{i}\n")
            self.push(f"step {i}")

    def nothing(self):
        self.push("an empty commit")


def small(work, as_url):
    remote = work / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", remote], check=True)
    tree = Repository(work / "tree")
    tree.git("remote", "add", "origin", str(remote))
    steps = Steps(tree)
    first_files(tree)
    steps.push("first")
    life = Life(work, remote, as_url(remote))
    report = life.add()
    assert report["skip_reasons"] == {"binary": 1}, report
    for step, indexed, removed in ((steps.edit, 2, 0), (steps.add, 2, 0), (steps.delete, 0, 2), (steps.rename, 2, 2),
                                   (steps.to_symlink, 0, None), (steps.from_symlink, 1, None), (steps.executable, 0, 0),
                                   (steps.to_folder, 2, 2), (steps.many_commits, 1, 0), (steps.nothing, 0, 0)):
        step()
        report = life.sync(step.__name__)
        assert report["indexed"] == indexed, (step.__name__, report)
        assert removed is None or report["removed"] == removed, (step.__name__, report)
        assert not report["full"], (step.__name__, report)
    assert not life.sync("nothing new")["changed"]
    other_branch(tree, remote, steps, life)
    rewritten_history(tree, steps, life)
    life.remove()


def other_branch(tree, remote, steps, life):
    tree.git("checkout", "-q", "-b", "next", "HEAD~4")
    tree.write("src/next.py", "def only_on_next():\n    return 1\n")
    steps.push("a branch of its own")
    git(remote, "symbolic-ref", "HEAD", "refs/heads/next")
    report = life.sync("another default branch")
    assert report["branch"] == "next" and report["full"] and report["unchanged"] == 0, report
    found = life.home.json("search", "only_on_next", "--collection", NAME, "--mode", "lexical")
    assert found[0]["path"] == "src/next.py", found


def rewritten_history(tree, steps, life):
    tree.git("reset", "-q", "--hard", "HEAD~3")
    tree.write("src/module_5.py", "def compute_5(value):\n    return value * 55\n")
    steps.push("history rewritten", "--force")
    report = life.sync("force-push")
    assert report["indexed"] >= 1 and report["unchanged"] >= 1 and not report["full"], report
    tree.git("checkout", "-q", "--orphan", "fresh-start")
    tree.git("rm", "-q", "-r", "-f", ".")
    tree.write("src/module_5.py", "def compute_5(value):\n    return value * 55\n")
    tree.write("only.py", "def only():\n    return 1\n")
    tree.git("add", "-A")
    tree.git("commit", "-q", "-m", "unrelated")
    tree.git("push", "-q", "--force", "origin", "HEAD:next")
    report = life.sync("unrelated history")
    assert report["indexed"] == 1 and report["unchanged"] == 1, report


def real(work, source):
    """A copy at HEAD~40, then HEAD, another branch, a history forced back."""
    remote = work / "remote.git"
    subprocess.run(["git", "clone", "-q", "--bare", source, remote], check=True, capture_output=True)
    head = git(remote, "rev-parse", "HEAD").decode().strip()
    branch = git(remote, "symbolic-ref", "HEAD").decode().strip()
    git(remote, "update-ref", branch, "HEAD~40")
    life = Life(work, remote, f"file://{remote}")
    cells = []

    def took(what, report):
        cells.append(f"{what} {life.seconds:.1f} s: {report['files']} = {report['indexed']}+{report['unchanged']}+"
                     f"{report['skipped']}+{report['failed']}, removed {report['removed']}")

    took("add", life.add())
    git(remote, "update-ref", branch, head)
    took("forward 40", life.sync("forward"))
    git(remote, "update-ref", "refs/heads/life-cycle-other", f"{head}~20")
    git(remote, "symbolic-ref", "HEAD", "refs/heads/life-cycle-other")
    took("branch", life.sync("branch"))
    git(remote, "update-ref", "refs/heads/life-cycle-other", f"{head}~30")
    took("forced back 10", life.sync("forced back"))
    life.remove()
    name = pathlib.Path(source).parent.name if pathlib.Path(source).name in ("repo", ".git") else pathlib.Path(source).name
    print(f"{name:24} | " + " | ".join(cells), flush=True)


def main():
    sources = [path for path in os.environ.get("LIFE_CYCLE_REPOSITORIES", "").split(":") if path]
    runs = [lambda work: small(work, lambda remote: f"file://{remote}"), lambda work: small(work, str)]
    runs += [lambda work, source=source: real(work, source) for source in sources]
    if sources:
        print("repository | step, seconds: files = indexed+unchanged+skipped+failed", flush=True)
    for run in runs:
        work = temporary_folder()
        run(work)
        shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
