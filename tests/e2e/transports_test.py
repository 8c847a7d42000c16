#!/usr/bin/env python3
"""The same repository over every transport: as a path, file://, http with a password from git's credential helper, ssh with a
key. And what goes wrong there: each has its exit status and says what to do, nothing hangs, and a password is nowhere."""

import base64
import json
import shutil
import subprocess
import sys

import store_file
from git_servers import USER, HttpServer, SilentServer, SshServer
from support import Home, Repository, temporary_folder

PASSWORD = "s3cr3t-Hase-4711"
NAME = "sample"
# Nothing here takes long; what does not end by then hangs.
PATIENCE = 90
COMMITS = 30


class Place:
    """One way to reach the repository."""

    def __init__(self, work, transport, url, extra):
        self.home = Home(work / f"home-{transport}")
        self.transport = transport
        self.url = url
        self.extra = extra
        self.said = []

    def run(self, *arguments, extra=None, program="elysiactl"):
        result = self.home.run(*arguments, program=program, extra={**self.extra, **(extra or {})}, timeout=PATIENCE)
        self.said.append(result.stdout + result.stderr)
        return result

    def json(self, *arguments):
        result = self.run(*arguments, "--json")
        assert result.returncode == 0, f"{self.transport} {arguments}: exit {result.returncode}\n{result.stderr}"
        return json.loads(result.stdout)

    def fails(self, status, code, arguments, said="", extra=None):
        """With this status, once for people and once for scripts; and says what to do."""
        text = self.run(*arguments, extra=extra)
        where = f"{self.transport} {arguments}: exit {text.returncode}\n{text.stdout}\n{text.stderr}"
        assert text.returncode == status, where
        assert "error: " in text.stderr and "\nnext:  " in text.stderr and said in text.stderr, where
        scripts = self.run(*arguments, "--json", extra=extra)
        assert scripts.returncode == status, scripts.stderr
        error = json.loads(scripts.stderr.strip().splitlines()[-1])["error"]
        assert error["code"] == code and error["message"] and error["hint"] and said in json.dumps(error), error

    def fails_to_add(self, status, code, url, said="", extra=None):
        self.fails(status, code, ["repo", "add", url, "--yes", "--vectorizer", "none", "--name", "other"], said, extra)
        assert [entry["name"] for entry in self.json("repo", "list")] in ([], [NAME]), "half an add was left behind"
        assert [entry["name"] for entry in self.json("col", "ls")] in ([], [NAME]), "half an add was left behind"

    def contents(self):
        listed = store_file.objects(self.home.folder / "data" / "store.db", NAME)
        return sorted((item.text("path"), item.text("blob_id"), item.text("commit")) for item in listed)

    def commits_in_copy(self):
        """How many commits were fetched; None when objects are read where they are."""
        copies = list((self.home.folder / "data" / "mgit" / "repos").glob("*/repo.git"))
        assert len(copies) == 1, copies
        if (copies[0] / "objects" / "info" / "alternates").exists():
            return None
        kinds = subprocess.run(["git", "-C", copies[0], "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)"],
                               check=True, text=True, capture_output=True).stdout.split()
        assert (copies[0] / "shallow").exists(), "history was fetched too"
        return kinds.count("commit")

    def check_secrecy(self, *secrets):
        """Neither said nor written, in whatever file, packed or not."""
        forms = [form for secret in secrets for form in
                 (secret.encode(), base64.b64encode(f"{USER}:{secret}".encode()), secret.replace("-", "%2D").encode())]
        texts = [("output", text.encode()) for text in self.said]
        for path in self.home.folder.rglob("*"):
            if path.is_file():
                texts.append((path, path.read_bytes()))
                if path.suffix == ".zst":
                    texts.append((path, subprocess.run(["zstd", "-dcq", path], check=True, capture_output=True).stdout))
        assert len(texts) > len(self.said)
        for where, text in texts:
            for form in forms:
                assert form not in text, f"{self.transport}: a secret stands in {where}"


def grow(tree, count):
    for i in range(count):
        tree.write(f"src/module_{i % 7}.py", f"def compute_{i % 7}(value):\n    return value + {i}\n")
        tree.commit(f"step {i}")
    tree.git("push", "-q", "origin", "HEAD")


def live(place, tree):
    """Added, changed, nothing new; the state then."""
    report = place.json("repo", "add", place.url, "--yes", "--name", NAME, "--vectorizer", "none")
    assert report["indexed"] == report["files"] == len(tree.paths()), report
    assert place.commits_in_copy() in (1, None), place.transport


def follow(place, tree, commits):
    report = place.json("repo", "sync", NAME)
    assert report["changed"] and not report["full"] and report["indexed"] == 1, report
    assert report["commit"] == tree.git("rev-parse", "HEAD").strip(), report
    assert place.commits_in_copy() in (commits, None), (place.transport, place.commits_in_copy())
    assert not place.json("repo", "sync", NAME)["changed"]


def credentials(work, password):
    """A git configuration with a helper that knows the password."""
    (work / "answer").write_text(f"username={USER}\npassword={password}\n")
    (work / "gitconfig").write_text(f'[credential]\n\thelper = "!f() {{ cat {work}/answer; }}; f"\n')
    return {"GIT_CONFIG_GLOBAL": str(work / "gitconfig")}


def http_goes_wrong(work, place, server, tree):
    wrong = credentials(work, "wrong-" + PASSWORD[::-1])
    place.fails(12, "unauthorized", ["repo", "sync", NAME], "Authentication failed", wrong)
    place.fails(12, "unauthorized", ["repo", "sync", NAME], "git has credentials for it", {"GIT_CONFIG_GLOBAL": "/dev/null"})
    place.fails_to_add(12, "unauthorized", server.url("sample.git", "nobody@"), "", {"GIT_CONFIG_GLOBAL": "/dev/null"})
    credentials(work, PASSWORD)
    place.fails_to_add(10, "not_found", server.url("none.git"), "not found")
    before = place.json("col", "show", NAME)
    tree.write("src/late.py", "def late():\n    return 1\n")
    tree.commit("late")
    tree.git("push", "-q", "origin", "HEAD")
    server.cut_after = 60  # in the middle of the objects
    place.fails(13, "unavailable", ["repo", "sync", NAME])
    server.cut_after = None
    server.stop()
    place.fails(13, "unavailable", ["repo", "sync", NAME], "connect")
    assert place.json("col", "show", NAME) == before, "a sync that failed changed the collection"
    silent = SilentServer()
    soon = {"GIT_HTTP_LOW_SPEED_LIMIT": "1000", "GIT_HTTP_LOW_SPEED_TIME": "2"}  # a minute unless set
    place.fails_to_add(13, "timeout", f"http://127.0.0.1:{silent.port}/sample.git", "too slow", soon)
    silent.stop()
    assert not server.secrets_seen, "the password stood in a command line"


def password_in_address(work, server):
    """Refused, with the way out: the git program's arguments are seen by everybody."""
    place = Place(work, "http-address", server.url("sample.git", f"{USER}:{PASSWORD}@"), {})
    done = place.run("sync", place.url, "--output", place.home.folder / "out.jsonl.zst", program="mgit")
    assert done.returncode == 2 and "credential" in done.stderr, done.stderr
    place.fails(2, "usage", ["repo", "add", place.url, "--yes", "--vectorizer", "none"], "holds a password")
    place.check_secrecy(PASSWORD)
    server.secrets_seen.clear()  # who gives it in an address has put it on a command line


def ssh_goes_wrong(place, server, missing):
    place.fails(12, "unauthorized", ["repo", "sync", NAME], "Permission denied", server.environment(key="stranger"))
    place.fails(12, "unauthorized", ["repo", "sync", NAME], "host key", server.environment(known="known_wrong"))
    place.fails_to_add(10, "not_found", server.url(missing), "")
    before = place.json("col", "show", NAME)
    server.stop()
    place.fails(13, "unavailable", ["repo", "sync", NAME], "refused")
    assert place.json("col", "show", NAME) == before, "a sync that failed changed the collection"
    server.start()
    assert place.json("repo", "sync", NAME)["changed"], "it has changed since, over http"


def main():
    work = temporary_folder()
    bare = work / "served" / "sample.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", bare], check=True)
    tree = Repository(work / "tree")
    tree.git("remote", "add", "origin", str(bare))
    grow(tree, COMMITS)
    web = HttpServer(work / "served", PASSWORD)
    ssh = SshServer(work / "ssh")
    try:
        with_password = credentials(work, PASSWORD)
        places = [Place(work, "path", str(bare), {}), Place(work, "file", f"file://{bare}", {}),
                  Place(work, "http", web.url("sample.git"), with_password),
                  Place(work, "ssh", ssh.url(bare), ssh.environment())]
        path, file, http, secure = places
        for place in places:
            live(place, tree)
        asked = web.fetches()
        assert len(asked) == 1 and b"deepen 1" in asked[0], asked
        grow(tree, 1)
        for place in places:
            follow(place, tree, 2)
        asked = web.fetches()
        assert len(asked) == 1 and b"deepen 1" in asked[0], "nothing new must not fetch, and a new commit without history"
        for place in places[1:]:
            assert place.contents() == path.contents(), f"{place.transport} brings another collection than the path"
        missing = work / "served" / "none.git"
        path.fails_to_add(10, "not_found", str(missing), "there is no folder")
        file.fails_to_add(10, "not_found", f"file://{missing}", "")
        password_in_address(work, web)
        http_goes_wrong(work, http, web, tree)
        ssh_goes_wrong(secure, ssh, missing)
        for place in places:
            place.check_secrecy(PASSWORD, PASSWORD[::-1])
            assert place.json("repo", "remove", NAME, "--delete-collection", "--yes")["collection_dropped"]
    finally:
        ssh.stop()
    shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
