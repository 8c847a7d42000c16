#!/usr/bin/env python3
"""Keys of clusters stay where the user put them: every command that may touch one runs with a key in a variable, in a file and
in headers, against a server that refuses all of them; then all that was printed, kept, or given to a program on its command
line is searched for them."""

import http.server
import json
import os
import shutil
import stat
import sys
import threading

from support import PROGRAMS, Home, Repository, temporary_folder

IN_VARIABLE = "hunter2-in-a-variable"
IN_FILE = "hunter2-in-a-file"
IN_HEADER = "hunter2-in-a-header"
WRITTEN = "hunter2-written-out"
SECRETS = [IN_VARIABLE, IN_FILE, IN_HEADER, WRITTEN]


class Refusing(http.server.BaseHTTPRequestHandler):
    """Answers 401 to everything."""

    def refuse(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"error": [{"message": "not you"}]}).encode()
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = refuse

    def log_message(self, *arguments):
        pass


class Watch:
    """Runs commands and keeps what they say."""

    def __init__(self, folder):
        self.home = Home(folder / "home")
        self.variables = {"TEAM_KEY": IN_VARIABLE, "OPENAI_API_KEY": IN_HEADER, "WEAVIATE_IS_LOCAL": "True",
                          "WEAVIATE_API_KEY": IN_VARIABLE}
        self.said = []
        self.statuses = {}

    def run(self, *arguments, status=None):
        for more in ([], ["--json"]):
            result = self.home.run(*arguments, *more, "-v", extra=self.variables)
            words = " ".join(map(str, arguments))
            self.said.append((words, result.stdout + result.stderr))
            self.statuses[words] = result.returncode
            if status is not None:
                assert result.returncode == status, (words, result.returncode, result.stdout, result.stderr)
        return result


def logging_mgit(folder):
    """mgit by way of a script that writes down its arguments."""
    script, log = folder / "mgit-logged", folder / "mgit-arguments"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>"{log}"\nexec "{PROGRAMS / "mgit"}" "$@"\n')
    script.chmod(0o755)
    return script, log


def run_all(watch, folder, port):
    key = folder / "key"
    key.write_text(IN_FILE + "\n")
    key.chmod(0o600)
    url = f"http://127.0.0.1:{port}"
    # The port of gRPC is the one that refuses as well: it speaks no gRPC.
    place = ["--url", url, "--grpc", f"127.0.0.1:{port}"]
    # shown twice, the second time as JSON: --replace lets the second one in
    watch.run("cluster", "add", "by-variable", *place, "--api-key-env", "TEAM_KEY", "--replace", "--header",
              "X-OpenAI-Api-Key=${OPENAI_API_KEY}", status=0)
    watch.run("cluster", "add", "by-file", *place, "--api-key-file", key, "--replace", status=0)
    watch.run("cluster", "add", "by-header", *place, "--header", f"X-Own={WRITTEN}", "--replace", status=0)
    # What is refused is not repeated either.
    watch.run("cluster", "add", "x", "--url", f"http://me:{IN_VARIABLE}@h", status=2)
    watch.run("cluster", "add", "x", "--url", "http://h", "--api-key-env", IN_VARIABLE, status=2)
    watch.run("cluster", "add", "x", "--url", "http://h", "--header", WRITTEN, status=2)
    watch.run("cluster", "add", "x", "--url", "http://h", "--header", f"X Y={WRITTEN}", status=2)
    key.chmod(0o644)
    watch.run("col", "ls", "--cluster", "by-file", status=12)
    key.chmod(0o600)
    watch.run("repo", "add", folder / "shop", "--vectorizer", "none", "--yes", "--cluster", "embedded")
    variables_port = {"LOCAL_WEAVIATE_PORT": str(port), "LOCAL_WEAVIATE_GRPC_PORT": str(port)}
    watch.variables.update(variables_port)
    for cluster in ("by-variable", "by-file", "by-header", "environment"):
        watch.run("cluster", "show", cluster, status=0)
        watch.run("cluster", "use", cluster, status=0)
        watch.run("cluster", "check", cluster, status=1)
        watch.run("health", "--cluster", cluster, status=1)
        for command in (["col", "ls"], ["col", "show", "shop"], ["col", "create", "made", "--vectorizer", "none"],
                        ["col", "clear", "shop", "--yes"], ["col", "rm", "shop", "--yes"], ["search", "total"],
                        ["search", "total", "--collection", "shop"], ["index", "status"], ["index", "errors"],
                        ["index", "sync", "--collection", "shop", "--vectorizer", "none"],
                        ["repo", "add", folder / "shop", "--vectorizer", "none", "--yes", "--name", "other"],
                        ["repo", "status"], ["repo", "status", "shop"], ["repo", "list"],
                        ["repo", "sync", "shop", "--cluster", cluster],
                        ["repo", "remove", "shop", "--yes", "--cluster", cluster]):
            watch.run(*command)
        # None of them got by: nothing here says what a cluster holds.
        assert watch.statuses["col show shop"] != 0, watch.said[-1]
        assert watch.statuses[f"repo add {folder / 'shop'} --vectorizer none --yes --name other"] != 0
        assert watch.statuses[f"repo sync shop --cluster {cluster}"] == 2
    watch.run("cluster", "use", "embedded", status=0)
    watch.run("cluster", "list", status=0)
    watch.run("health", status=1)
    watch.run("repo", "sync", "shop", status=0)
    watch.run("config", "show", status=0)
    watch.run("cluster", "remove", "by-variable", "--yes", "--dry-run", status=0)


def search(watch, folder, log):
    found = []
    for words, text in watch.said:
        # What the user typed is the user's own.
        found += [f"printed by {words.split()[0:3]}: {secret}" for secret in SECRETS if secret in text]
    home = folder / "home"
    for file in sorted(home.rglob("*")):
        if not file.is_file():
            continue
        content = file.read_bytes()
        for secret in SECRETS:
            allowed = file == home / "clusters.yaml" and secret == WRITTEN
            if secret.encode() in content and not allowed:
                found.append(f"kept in {file.relative_to(home)}: {secret}")
    arguments = log.read_text()
    assert "inspect" in arguments, "mgit was never run"
    found += [f"on mgit's command line: {secret}" for secret in SECRETS if secret in arguments]
    return found


def main():
    folder = temporary_folder()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        repository = Repository(folder / "shop")
        repository.write("shop.py", "def total(basket):\n    return sum(basket)\n")
        repository.commit("the shop")
        watch = Watch(folder)
        script, log = logging_mgit(folder)
        watch.home.ok("config", "set", "mgit.program", script)
        run_all(watch, folder, server.server_address[1])
        found = search(watch, folder, log)
        assert not found, "\n".join(found)
        # The one secret that was written out on purpose lies where its owner alone can read it, and is there to be found.
        clusters = folder / "home" / "clusters.yaml"
        assert WRITTEN in clusters.read_text()
        assert stat.S_IMODE(os.stat(clusters).st_mode) == 0o600
    finally:
        server.shutdown()
        server.server_close()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"cluster secrets: {len(watch.said)} runs, nothing shown")
    return 0


if __name__ == "__main__":
    sys.exit(main())
