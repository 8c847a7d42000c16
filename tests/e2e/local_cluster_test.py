#!/usr/bin/env python3
"""`elysiactl cluster up`, `logs` and `down` with a real Weaviate: it is there when the command has ended, a second time nothing
happens, what was killed is started again, what was stored stays, and in the end nothing is left, neither processes nor files.

    tests/e2e/local_cluster_test.py [--full]    --full: three nodes too
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import stat
import sys
import time
import urllib.request

from support import Home, temporary_folder
from weaviate_servers import enter_private_network, server_program

SERVER = server_program("weaviate-server", "1.35.2", "weaviate-server")
# As docker is called: `info` says that its service runs, `run` runs what is in the image in the foreground.
FAKE_DOCKER = """#!/bin/bash
echo "$*" >>"$DOCKER_CALLS"
case $1 in
info) ;;
run)
    while [[ $1 != */weaviate:* ]]; do shift; done
    exec "$REAL_SERVER" "${@:2}"
    ;;
esac
"""


def ask(url, method="GET", body=None):
    request = urllib.request.Request(url, method=method, headers={"Content-Type": "application/json"},
                                     data=None if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=60) as response:
        text = response.read()
        return json.loads(text) if text else None


def runs(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def servers_in(folder):
    """Processes that work in there, whoever started them."""
    found = []
    for link in pathlib.Path("/proc").glob("[0-9]*/cwd"):
        try:
            if os.readlink(link).startswith(str(folder)):
                found.append(link.parent.name)
        except OSError:
            pass  # it has ended
    return found


def fails(home, status, said, *arguments, **options):
    result = home.run(*arguments, **options)
    where = f"{arguments}: exit {result.returncode}\n{result.stdout}\n{result.stderr}"
    assert result.returncode == status and said in result.stderr and "\nnext:  " in result.stderr, where


def wait(question, what):
    deadline = time.monotonic() + 120
    while not question():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def check_life(home):
    up = home.json("cluster", "up", "--server", SERVER)
    assert up["url"] == "http://127.0.0.1:8080" and up["grpc"] == "127.0.0.1:50051", up
    assert up["created"] and up["started"] == 1 and up["version"] == "1.35.2", up
    assert 50051 in up["open_ports"] and 8080 not in up["open_ports"], up
    pid = up["nodes"][0]["pid"]
    assert runs(pid) and os.getsid(pid) == os.getpgid(pid) != os.getsid(0), "it is no daemon"
    assert pathlib.Path(f"/proc/{pid}/fd/0").readlink() == pathlib.Path("/dev/null")
    folder = pathlib.Path(up["folder"])
    for private in (folder / "cluster.json", folder / "node0" / "log", home.folder / "clusters.yaml"):
        assert stat.S_IMODE(private.stat().st_mode) == 0o600, private
    assert up["url"] in (home.folder / "clusters.yaml").read_text()
    ask(up["url"] + "/v1/objects", "POST", {"class": "Kept", "properties": {"word": "kept"}})

    # It is a cluster like any other.
    assert [item["name"] for item in home.json("col", "ls", "--cluster", "local")] == ["Kept"]

    again = home.json("cluster", "up")
    assert not again["created"] and again["started"] == 0 and again["nodes"] == up["nodes"], again
    assert "runs already" in home.ok("cluster", "up").stdout
    # As when the command was killed before it could write down what it had started.
    record = json.loads((folder / "cluster.json").read_text())
    record["nodes"][0] |= {"pid": 0, "started": 0, "boot": ""}
    (folder / "cluster.json").write_text(json.dumps(record))
    again = home.json("cluster", "up")
    assert again["started"] == 0 and again["nodes"] == up["nodes"], again
    os.kill(pid, signal.SIGKILL)
    wait(lambda: not runs(pid), "it was killed")
    again = home.json("cluster", "up")
    assert again["started"] == 1 and again["nodes"][0]["pid"] != pid and again["url"] == up["url"], again
    assert ask(up["url"] + "/v1/objects?class=Kept")["objects"][0]["properties"]["word"] == "kept"
    return again


def check_logs(home, up):
    log = pathlib.Path(up["nodes"][0]["log"])
    lines = home.ok("cluster", "logs", "--tail", "3").stdout.splitlines()
    assert len(lines) == 3 and all(line in log.read_text().splitlines() for line in lines), lines
    rows = [json.loads(line) for line in home.ok("cluster", "logs", "--tail", "2", "--json").stdout.splitlines()]
    assert [row["node"] for row in rows] == [0, 0] and rows[-1]["line"] in log.read_text().splitlines(), rows
    fails(home, 10, "has no node 1", "cluster", "logs", "--node", "1")

    follower = home.start("cluster", "logs", "--tail", "1", "--follow")
    assert b"level=" in follower.stdout.readline()
    with log.open("a", encoding="utf-8") as file:
        file.write("a line and its end\n")
    while (line := follower.stdout.readline()) != b"a line and its end\n":
        assert b"level=" in line, line
    follower.send_signal(signal.SIGINT)
    follower.communicate(timeout=60)
    assert follower.returncode == 130, follower.returncode


def check_conflicts(home, up):
    fails(home, 11, "has 1 node", "cluster", "up", "--nodes", "3")
    fails(home, 11, "runs with no embedding endpoint", "cluster", "up", "--embed-endpoint", "http://127.0.0.1:8600")
    # A second cluster takes the next ports.
    other = home.json("cluster", "up", "--name", "other", "--server", SERVER, "--embed-endpoint", "http://127.0.0.1:8600")
    assert other["url"] == "http://127.0.0.1:8081" and other["grpc"] == "127.0.0.1:50052", other
    assert other["embed_endpoint"] == "http://127.0.0.1:8600", other
    ask(other["url"] + "/v1/schema", "POST", {"class": "Embedded", "vectorizer": "text2vec-transformers"})
    down = home.json("cluster", "down", "--name", "other")
    assert down["ended"] == 1 and down["killed"] == 0 and not down["deleted"], down
    assert not runs(other["nodes"][0]["pid"]) and runs(up["nodes"][0]["pid"])
    # While it was down, somebody else has taken its port.
    with socket.create_server(("127.0.0.1", 8081)):
        fails(home, 11, "port 8081 is taken", "cluster", "up", "--name", "other")
    assert home.json("cluster", "up", "--name", "other", "--embed-endpoint", "none")["embed_endpoint"] == ""
    assert home.json("cluster", "down", "--name", "other", "--delete-data", "--yes")["deleted"]


def check_end(home, up):
    would = home.json("cluster", "down", "--dry-run", "--delete-data")
    assert would["running"] == 1 and runs(up["nodes"][0]["pid"]), would
    assert home.run("cluster", "down", "--delete-data").returncode == 2, "it must ask"
    assert home.json("cluster", "down")["ended"] == 1
    assert home.json("cluster", "down")["ended"] == 0
    assert home.json("cluster", "up")["started"] == 1
    assert ask(up["url"] + "/v1/objects?class=Kept")["objects"], "what was stored is gone"
    assert home.json("cluster", "down", "--delete-data", "--yes")["deleted"]
    assert not pathlib.Path(up["folder"]).exists()
    assert "8080" not in (home.folder / "clusters.yaml").read_text()
    assert servers_in(home.folder) == []


def check_interrupt(home):
    """Ctrl-C while the nodes start: none of them is left."""
    process = home.start("cluster", "up", "--server", str(SERVER))
    log = home.folder / "data" / "clusters" / "local" / "node0" / "log"
    wait(lambda: log.exists() and log.stat().st_size > 0, "it has not started")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130, (process.returncode, errors)
    assert servers_in(home.folder) == []
    fails(home, 10, "no local cluster", "cluster", "down")


def check_container(home, work):
    (work / "bin").mkdir()
    docker = work / "bin" / "docker"
    docker.write_text(FAKE_DOCKER)
    docker.chmod(0o755)
    calls = work / "docker-calls"
    extra = {"PATH": f"{work / 'bin'}:/usr/bin:/bin", "ELYSIACTL_DEPS": str(work / "none"), "DOCKER_CALLS": str(calls),
             "REAL_SERVER": str(SERVER)}
    up = home.json("cluster", "up", extra=extra)
    assert up["server"].startswith("docker ") and up["version"] == "1.35.2", up
    assert home.json("cluster", "down", "--delete-data", "--yes", extra=extra)["ended"] == 1
    said = calls.read_text().splitlines()
    assert [line.split()[0] for line in said] == ["info", "rm", "run", "rm"], said
    assert f"--name elysiactl-local-node0 --network host" in said[2] and "--env GRPC_PORT " in said[2], said
    assert servers_in(home.folder) == []


def check_three_nodes(home):
    up = home.json("cluster", "up", "--nodes", "3", "--name", "three", "--server", SERVER)
    assert up["started"] == 3 and len(ask(up["url"] + "/v1/nodes")["nodes"]) == 3, up
    ask(up["url"] + "/v1/schema", "POST", {"class": "Copied", "replicationConfig": {"factor": 3}})
    ask(up["url"] + "/v1/objects?consistency_level=ALL", "POST", {"class": "Copied", "properties": {"word": "kept"}})
    for killed in (0, 2):
        os.kill(up["nodes"][killed]["pid"], signal.SIGKILL)
        wait(lambda pid=up["nodes"][killed]["pid"]: not runs(pid), "it was killed")
        again = home.json("cluster", "up", "--name", "three")
        assert again["started"] == 1, again
        up = again
    lines = home.ok("cluster", "logs", "--name", "three", "--tail", "1").stdout.splitlines()
    assert [line.split(" | ")[0] for line in lines] == ["node0", "node1", "node2"], lines
    down = home.json("cluster", "down", "--name", "three")
    assert down["ended"] == 3, down
    up = home.json("cluster", "up", "--name", "three")
    assert up["started"] == 3, up
    for node in up["nodes"]:
        url = f"http://127.0.0.1:{node['rest']}"
        wait(lambda url=url: len(healthy(url)) == 3, f"{node['name']} does not see the others")
        assert ask(url + "/v1/objects?class=Copied")["objects"][0]["properties"]["word"] == "kept"
    assert home.json("cluster", "down", "--name", "three", "--delete-data", "--yes")["deleted"]
    assert servers_in(home.folder) == []


def healthy(url):
    return [node for node in ask(url + "/v1/nodes")["nodes"] if node["status"] == "HEALTHY"]


def main():
    enter_private_network()
    work = temporary_folder()
    home = Home(work / "home")
    try:
        up = check_life(home)
        check_logs(home, up)
        check_conflicts(home, up)
        check_end(home, up)
        check_interrupt(home)
        check_container(home, work)
        if "--full" in sys.argv[1:]:
            check_three_nodes(home)
    finally:
        for pid in servers_in(work):
            os.kill(int(pid), signal.SIGKILL)
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
