#!/usr/bin/env python3
"""Do the servers that other tests build on do what those rely on? Weaviate answers, keeps what it was given over a kill, asks for
keys, speaks TLS, makes a cluster; Toxiproxy slows, cuts and mends the way to it.

    tests/e2e/weaviate_servers_test.py [--full]    --full: a cluster of each version too
"""

import http.client
import socket
import sys
import time
import urllib.error
import urllib.request

from weaviate_servers import Toxiproxy, WeaviateServer, enter_private_network


def fails_with(error, act):
    try:
        act()
    except error as caught:
        return caught
    raise AssertionError(f"no {error}")


def check_network():
    names = {name for _, name in socket.if_nameindex()}
    assert "lo" in names and not any(name.startswith(("eth", "en", "wl")) for name in names), names


def check_one_node():
    with WeaviateServer() as weaviate:
        assert weaviate.ask("/v1/meta")["version"] == "1.35.2"
        weaviate.ask("/v1/objects", "POST", {"class": "Restart", "properties": {"word": "kept"}})
        weaviate.kill()
        fails_with(urllib.error.URLError, lambda: weaviate.ask("/v1/meta"))
        weaviate.restart()
        objects = weaviate.ask("/v1/objects?class=Restart")["objects"]
        assert [item["properties"]["word"] for item in objects] == ["kept"], objects
        assert "level=info" in weaviate.log_tail()
        check_proxy(weaviate)
        folder = weaviate.folder
    assert not folder.exists()


def check_proxy(weaviate):
    with Toxiproxy() as toxiproxy:
        proxy = toxiproxy.proxy("rest", weaviate.url().removeprefix("http://"))

        def ask(timeout=60):
            with urllib.request.urlopen(f"http://{proxy.address}/v1/.well-known/ready", timeout=timeout) as response:
                return response.status

        assert ask() == 200
        begin = time.monotonic()
        toxic = proxy.add("latency", latency=500)
        assert ask() == 200 and time.monotonic() - begin >= 0.5
        proxy.remove(toxic)
        toxic = proxy.add("timeout", "upstream", timeout=0)
        fails_with(TimeoutError, lambda: ask(timeout=0.5))
        proxy.remove(toxic)
        toxic = proxy.add("reset_peer", timeout=0)
        fails_with((ConnectionResetError, http.client.RemoteDisconnected), ask)
        proxy.remove(toxic)
        proxy.cut()
        assert isinstance(fails_with(urllib.error.URLError, ask).reason, ConnectionRefusedError)
        proxy.mend()
        assert ask() == 200


def check_keys_and_tls():
    with WeaviateServer(api_keys=True, tls=True) as weaviate:
        assert weaviate.url().startswith("https://")
        weaviate.ask("/v1/schema", "POST", {"class": "Guarded"})
        for key, status in (("reader-key", 403), ("wrong-key", 401)):
            error = fails_with(urllib.error.HTTPError,
                               lambda key=key: weaviate.ask("/v1/schema", "POST", {"class": "Other"}, key=key))
            assert error.code == status, (key, error.code)
        weaviate.ask("/v1/authz/users/reader-user/assign", "POST", {"roles": ["viewer"], "userType": "db"})
        assert weaviate.ask("/v1/schema/Guarded", key="reader-key")["class"] == "Guarded"


def check_cluster(version):
    with WeaviateServer(version, nodes=3) as weaviate:
        for i in range(3):
            nodes = weaviate.ask("/v1/nodes", node=i)["nodes"]
            assert [node["version"] for node in nodes] == [version] * 3, nodes
        weaviate.stop(2)
        weaviate.wait_for_healthy(["node0", "node1"])
        weaviate.restart(2)
        weaviate.wait_for_healthy(["node0", "node1", "node2"])


def main():
    enter_private_network()
    check_network()
    check_one_node()
    check_keys_and_tls()
    check_cluster("1.35.2")
    if "--full" in sys.argv[1:]:
        for version in ("1.27.0", "1.29.0", "1.39.0"):
            check_cluster(version)


if __name__ == "__main__":
    main()
