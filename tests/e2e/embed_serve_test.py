#!/usr/bin/env python3
"""The inference endpoint beside `repo add`: asked as Weaviate's module asks, by many at once, it gives the bits that are in the
collection; it ends when it is told to, and what it had taken on is answered."""

import http.client
import json
import shutil
import signal
import socket
import struct
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import store_file
from support import ROOT, Home, Repository, kill_group, temporary_folder

NAME = "sample"
CLIENTS = 16


class Endpoint:
    """`elysiactl embed serve` on a free port."""

    def __init__(self, home, *options):
        self.process = home.start("embed", "serve", "--listen", "127.0.0.1:0", "--json", *options)
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.communicate()[1].decode())
        self.facts = json.loads(line)

    def connect(self):
        return http.client.HTTPConnection(self.facts["address"], self.facts["port"], timeout=120)

    def ask(self, method, path, body=None, connection=None):
        connection = connection or self.connect()
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def end(self, how):
        """The status, and what was said behind the first line."""
        self.process.send_signal(how)
        out, errors = self.process.communicate(timeout=60)
        return self.process.returncode, out, errors


def request_for(text):
    """As the module sends it: no Content-Type, and fields that say nothing."""
    config = {"pooling_strategy": "masked_mean", "task_type": "passage"}
    return json.dumps({"text": text, "dims": 0, "vector": None, "error": "", "config": config})


def embedded_text(item):
    """What `repo add` embeds of an object; see doc/embedding.md."""
    symbol = item.text("symbol").replace(", ", " ")
    return item.text("path") + (" " + symbol if symbol else "") + "\n" + item.text("content")


def vector_of(endpoint, text, connection):
    status, body = endpoint.ask("POST", "/vectors", request_for(text), connection)
    assert status == 200, (status, body)
    reply = json.loads(body)
    assert reply["text"] == text and reply["dim"] == len(reply["vector"]) == 384, body[:200]
    return struct.pack("<384f", *reply["vector"])


def gives_the_bits_of(endpoint, objects):
    """All of them, from clients that each keep a connection; a text of the model's limit and beyond is among them."""
    local, together = threading.local(), threading.Barrier(CLIENTS)

    def first(_):
        local.connection = endpoint.connect()
        together.wait(60)  # so that each of the threads has one, and all begin at once

    def one(item):
        return vector_of(endpoint, embedded_text(item), local.connection)

    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(first, range(CLIENTS)))
        vectors = list(clients.map(one, objects))
    different = [item.text("path") for item, vector in zip(objects, vectors) if vector != item.vector]
    assert not different, f"{len(different)} of {len(objects)} vectors differ, of {different[:5]}"
    meta = json.loads(endpoint.ask("GET", "/meta")[1])
    assert meta["texts"] == len(objects), meta
    assert meta["batches"] < meta["texts"] / 2, f"{CLIENTS} clients at once, yet {meta['batches']} batches"
    assert meta["fingerprint"] == endpoint.facts["fingerprint"]


def is_ready(endpoint):
    for path in ("/.well-known/ready", "/.well-known/live"):
        assert endpoint.ask("GET", path) == (204, b""), path
    status, body = endpoint.ask("POST", "/vectors", "{")
    assert status == 400 and "error" in json.loads(body)
    assert endpoint.ask("GET", "/none")[0] == 404


def ends(endpoint, how):
    idle = endpoint.connect()
    idle.connect()
    assert endpoint.end(how) == (0, b"", b"")
    try:
        socket.create_connection((endpoint.facts["address"], endpoint.facts["port"]), timeout=10)
        raise AssertionError("somebody still listens")
    except ConnectionRefusedError:
        pass


def answers_what_it_has_taken_on(endpoint, objects):
    """Told to end while many wait: each gets its vector, or never got a connection."""
    begun = threading.Semaphore(0)

    def one(item):
        connection = endpoint.connect()
        try:
            connection.request("POST", "/vectors", request_for(embedded_text(item)))
        except OSError:
            return None
        finally:
            begun.release()
        try:
            answer = connection.getresponse()
            body = answer.read()
        except OSError:  # it had not been read when the end came
            return None
        assert answer.status == 200, (answer.status, body)
        return struct.pack("<384f", *json.loads(body)["vector"]) == item.vector

    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = [clients.submit(one, item) for item in objects[:CLIENTS]]
        for _ in answers:
            begun.acquire()
        status = endpoint.end(signal.SIGTERM)[0]
    outcomes = [answer.result() for answer in answers]
    assert status == 0 and False not in outcomes, (status, outcomes)


def main():
    work = temporary_folder()
    home, repository = Home(work / "home"), Repository(work / "repository")
    for file in sorted((ROOT / "src" / "base").glob("*.hpp"))[:12] + [ROOT / "README.md"]:
        repository.write(file.name, file.read_text())
    repository.write("long.md", "# Long\n\n" + "a retry is scheduled with a growing delay " * 200 + "\n")
    repository.write("names.py", "def straße():\n    return '日本 \"quoted\" \\\\ \t'\n")
    repository.commit("one")
    home.ok("repo", "add", repository.folder, "--name", NAME, "--yes")
    objects = store_file.objects(home.folder / "data" / "store.db", NAME)
    assert len(objects) > 40 and all(item.vector for item in objects), len(objects)
    servers = []
    try:
        for how in (signal.SIGINT, signal.SIGTERM):
            servers.append(Endpoint(home))
            is_ready(servers[-1])
            gives_the_bits_of(servers[-1], objects)
            ends(servers[-1], how)
        servers.append(Endpoint(home, "--threads", "1"))
        gives_the_bits_of(servers[-1], objects)
        answers_what_it_has_taken_on(servers[-1], objects)
    finally:
        for server in servers:
            if server.process.poll() is None:
                kill_group(server.process)
    shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
