#!/usr/bin/env python3
"""What stands between a command and its cluster: a slow way, cut connections, a server that is killed while the command stands at
a named place, one whose disk is full. Each command gets through, or says what is wrong and gets through when it is run again;
the collection then equals, by digest, that of the embedded store.

    tests/e2e/cluster_faults_test.py [--full]    --full: a server killed at every place that the sources name
"""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

from crash_test import change_repository, crash_points, make_repository
from support import Home, kill_group, restore, temporary_folder
from weaviate_servers import Toxiproxy, WeaviateServer, enter_private_network, mount_small_disk, wait_until

OK, IO, AWAY = 0, 1, 13


def stopped(session):
    """Processes of the session that stand still: each of our programs is a group of its own."""
    out = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        with contextlib.suppress(OSError), open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
            state, _, _, its_session = file.read().rpartition(")")[2].split()[:4]
            if state == "T" and int(its_session) == session:
                out.append(int(entry))
    return out


class Desk:
    """A repository, what an add and a sync of it end in on the embedded store, and a cluster to do the same on."""

    def __init__(self, folder):
        self.folder = folder
        self.repository = make_repository(folder / "sample")
        here = Home(folder / "here")
        here.ok(*self.add())
        self.added = self.holds(here, "embedded")
        self.first = self.repository.git("rev-parse", "HEAD").strip()
        change_repository(self.repository)
        self.second = self.repository.git("rev-parse", "HEAD").strip()
        here.ok("repo", "sync", "sample")
        self.synced = self.holds(here, "embedded")
        assert self.added != self.synced

    def add(self, *where):
        return ("repo", "add", self.repository.folder, "--yes", "--vectorizer", "none", "--collection", "sample", *where)

    def go_to(self, commit):
        self.repository.git("reset", "-q", "--hard", commit)

    @staticmethod
    def holds(home, cluster):
        shown = home.json("col", "show", "sample", "--cluster", cluster)
        return shown["documents"], shown["objects"], shown["digest"]

    def home(self, name, url, grpc):
        home = Home(self.folder / name)
        home.ok("cluster", "add", "team", "--url", url, "--grpc", grpc)
        return home

    @staticmethod
    def run_until_through(home, command):
        """As a user would: a command that says that the server does not answer is run again."""
        for _ in range(5):
            result = home.run(*command)
            if result.returncode != AWAY:
                break
            assert "next: " in result.stderr, result.stderr
        assert result.returncode == OK, (command, result.returncode, result.stdout, result.stderr)

    def steps(self):
        """Commit, command, what it ends in."""
        yield self.first, self.add("--cluster", "team"), self.added
        yield self.second, ("repo", "sync", "sample"), self.synced

    def check_life(self, home, what):
        for commit, command, end in self.steps():
            self.go_to(commit)
            home.ok(*command)
            got = self.holds(home, "team")
            assert got == end, (what, command, got, end)
        home.ok("repo", "remove", "sample", "--delete-collection", "--yes")


def check_slow_ways(desk, weaviate, toxiproxy, full):
    rest = toxiproxy.proxy("rest", weaviate.url().removeprefix("http://"))
    grpc = toxiproxy.proxy("grpc", weaviate.grpc())
    ways = [("latency", {"latency": 60, "jitter": 30}), ("slicer", {"average_size": 400, "size_variation": 300, "delay": 50}),
            ("bandwidth", {"rate": 200}), ("slow_close", {"delay": 400})]
    for kind, attributes in ways if full else ways[:2]:
        toxics = [(proxy, proxy.add(kind, stream, **attributes)) for proxy in (rest, grpc) for stream in ("upstream", "downstream")]
        desk.check_life(desk.home(f"slow-{kind}", f"http://{rest.address}", grpc.address), kind)
        for proxy, toxic in toxics:
            proxy.remove(toxic)
    return rest, grpc


def check_cut_after(desk, rest, grpc, bytes_before_the_cut):
    """Each connection to be made ends after so many bytes in one direction, until the first has: at any byte of a request or an
    answer."""
    for number in bytes_before_the_cut:
        for stream in ("upstream", "downstream"):
            home = desk.home(f"cut-{stream}-{number}", f"http://{rest.address}", grpc.address)
            for commit, command, end in desk.steps():
                desk.go_to(commit)
                toxics = [(proxy, proxy.add("limit_data", stream, bytes=number)) for proxy in (rest, grpc)]
                ends = threading.Timer(0.7, lambda toxics=toxics: [proxy.remove(toxic) for proxy, toxic in toxics])
                ends.start()
                try:
                    desk.run_until_through(home, command)
                finally:
                    ends.join()
                assert desk.holds(home, "team") == end, (number, stream, command)
            home.ok("repo", "remove", "sample", "--delete-collection", "--yes")


def check_cut_again_and_again(desk, rest, grpc, chance):
    done = threading.Event()

    def cut():
        while not done.wait(chance.uniform(0.05, 0.4)):
            for proxy in (rest, grpc):
                proxy.cut()
            done.wait(chance.uniform(0.01, 0.3))
            for proxy in (rest, grpc):
                proxy.mend()

    home = desk.home("cut-again", f"http://{rest.address}", grpc.address)
    for commit, command, end in desk.steps():
        desk.go_to(commit)
        done.clear()
        cutter = threading.Thread(target=cut)
        cutter.start()
        try:
            desk.run_until_through(home, command)
        finally:
            done.set()
            cutter.join()
        assert desk.holds(home, "team") == end, command
    home.ok("repo", "remove", "sample", "--delete-collection", "--yes")


class Held:
    """A command that stands still at the place named, if it gets there."""

    def __init__(self, home, command, point):
        home.folder.mkdir(exist_ok=True)
        self.process = home.start(*command, extra={"ELYSIACTL_STOP_AT": point})
        while self.process.poll() is None and not stopped(self.process.pid):
            time.sleep(0.01)
        self.is_there = self.process.poll() is None

    def go_on(self):
        for process in stopped(self.process.pid):
            os.kill(process, signal.SIGCONT)

    def end(self):
        out, err = self.process.communicate(timeout=300)
        return self.process.returncode, out.decode(), err.decode()


def check_server_gone_at(desk, weaviate, home, start, command, end, point, comes_back):
    """The server is killed while the command stands at the place; false when the command does not get there."""
    restore(start, home.folder)
    held = Held(home, command, point)
    try:
        if not held.is_there:
            status, out, err = held.end()
            assert status == OK, (point, out, err)
            return False
        weaviate.kill()
        held.go_on()
        if comes_back:
            weaviate.restart()
        status, out, err = held.end()
        # Before its first contact a command has little patience: the address may be wrong.
        assert status in (OK, AWAY), (point, status, out, err)
        assert status == OK or "next: " in err, (point, err)
        if not comes_back:
            weaviate.restart()
        if status != OK:
            home.ok(*command)
    finally:
        kill_group(held.process)
    got = desk.holds(home, "team")
    assert got == end, (point, command, got, end)
    return True


def check_server_gone(desk, points, comes_back):
    """From the same start for each: the command's home and the server's folder are put back."""
    with WeaviateServer() as weaviate:
        home = desk.home("gone", weaviate.url(), weaviate.grpc())
        reached = {}
        for commit, command, end in desk.steps():
            desk.go_to(commit)
            weaviate.kill()
            start, data = desk.folder / "start", desk.folder / "data"
            restore(home.folder, start)
            restore(weaviate.data_folder(), data)
            weaviate.restart()
            for point in points:
                if check_server_gone_at(desk, weaviate, home, start, command, end, point, comes_back):
                    reached.setdefault(point, []).append(command[1])
                weaviate.kill()
                restore(data, weaviate.data_folder())
                weaviate.restart()
            restore(start, home.folder)
            home.ok(*command)
        for point, commands in reached.items():
            print(f"{point:28} server killed, {'back' if comes_back else 'away'}: {', '.join(commands)}", flush=True)
        assert reached


def fill(disk, left):
    """So that this many bytes stay free."""
    (disk / "filler").unlink(missing_ok=True)
    facts = os.statvfs(disk)
    with open(disk / "filler", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, facts.f_bavail * facts.f_frsize - left)


def use_full_disk(desk, weaviate, disk, full):
    home = desk.home("full-disk", weaviate.url(), weaviate.grpc())
    (_, add, _), (second, sync, end) = desk.steps()
    desk.go_to(desk.first)
    home.ok(*add)
    desk.go_to(second)

    def is_told(command):
        result = home.run(*command)
        assert result.returncode == IO and "next:  is the server's disk full?" in result.stderr, (command, result)

    fill(disk, 0)
    is_told(sync)
    # The server's own watch over its disk sets collections read-only, until it is started again with room.
    wait_until(lambda: weaviate.ask("/v1/schema/Sample/shards")[0]["status"] == "READONLY", weaviate.nodes[0].process,
               weaviate.nodes[0].log)
    is_told(sync)
    (disk / "filler").unlink()
    weaviate.kill()
    weaviate.restart()
    home.ok(*sync)
    assert desk.holds(home, "team") == end
    if not full:  # the server looks at its disk twice a minute
        return
    # Nearly full is read-only too, and what is to make room again works.
    fill(disk, 3 << 20)
    wait_until(lambda: weaviate.ask("/v1/schema/Sample/shards")[0]["status"] == "READONLY", weaviate.nodes[0].process,
               weaviate.nodes[0].log)
    is_told(("col", "clear", "sample", "--yes", "--cluster", "team"))
    home.ok("repo", "remove", "sample", "--delete-collection", "--yes")
    assert all(one["class"] != "Sample" for one in weaviate.ask("/v1/schema")["classes"])


def check_full_disk(desk, full):
    weaviate = WeaviateServer()
    disk = weaviate.folder / "node0"
    mount_small_disk(disk, 64)
    with contextlib.ExitStack() as stack:
        stack.enter_context(weaviate)
        stack.callback(lambda: subprocess.run(["umount", "--lazy", str(disk)], check=True))
        use_full_disk(desk, weaviate, disk, full)


def main():
    full = "--full" in sys.argv
    enter_private_network()
    folder = temporary_folder()
    seed = random.randrange(1 << 32)
    print("random seed", seed, flush=True)
    try:
        desk = Desk(folder)
        with WeaviateServer() as weaviate, Toxiproxy() as toxiproxy:
            rest, grpc = check_slow_ways(desk, weaviate, toxiproxy, full)
            check_cut_after(desk, rest, grpc, (1, 50, 700, 3000, 20000) if full else (700,))
            check_cut_again_and_again(desk, rest, grpc, random.Random(seed))
        check_full_disk(desk, full)
        if full:
            check_server_gone(desk, list(crash_points()), comes_back=True)
            check_server_gone(desk, ["index.begun", "index.objects_written", "spool.archived"], comes_back=False)
        else:
            check_server_gone(desk, ["index.objects_written"], comes_back=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
