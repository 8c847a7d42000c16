"""Real Weaviate servers for tests, and Toxiproxy to disturb the way to them: the programs that tools/setup has built, started
in a network of the test's own, because they listen on more than the loopback interface. src/store/weaviate/testing is the same
for tests in C++.

    enter_private_network()                        # first of all
    with WeaviateServer(nodes=3) as weaviate, Toxiproxy() as toxiproxy:
        proxy = toxiproxy.proxy("grpc", weaviate.grpc(0))
        proxy.add("latency", latency=300)
        ... proxy.address ... weaviate.url(0) ... weaviate.kill(2) ... weaviate.restart(2)
"""

import contextlib
import ctypes
import errno
import fcntl
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

# A machine that is busy with other tests takes several times as long as an idle one.
PATIENCE = 120
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
PR_SET_PDEATHSIG = 1


def enter_private_network():
    """A network with nothing in it but the loopback interface, for this process and all that it starts. Before any thread.
    ELY_TESTS_ON_OPEN_NETWORK=1 leaves the test in the machine's network."""
    if os.environ.get("ELY_TESTS_ON_OPEN_NETWORK") == "1":
        return
    if LIBC.unshare(CLONE_NEWNET) != 0:
        user, group = os.geteuid(), os.getegid()
        if ctypes.get_errno() != errno.EPERM or LIBC.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
            raise SystemExit(f"cannot enter a network of our own: {os.strerror(ctypes.get_errno())}\n"
                             "run the tests as root, or allow namespaces (sysctl kernel.unprivileged_userns_clone=1); or set "
                             "ELY_TESTS_ON_OPEN_NETWORK=1")
        pathlib.Path("/proc/self/setgroups").write_text("deny")
        pathlib.Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        pathlib.Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    set_interface_flags, up_and_running = 0x8914, 0x41
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, set_interface_flags, struct.pack("16sh14x", b"lo", up_and_running))


def mount_small_disk(folder, megabytes):
    """A disk of this size at the folder, to be unmounted. After enter_private_network(), which gives the right to. Nobody else
    sees it, but for those outside of a chroot, whose root is no mount that could be made private."""
    assert LIBC.unshare(CLONE_NEWNS) == 0, os.strerror(ctypes.get_errno())
    subprocess.run(["mount", "--make-rprivate", "/"], check=False, stderr=subprocess.DEVNULL)
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=True)


def server_program(name, version, program):
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    deps = pathlib.Path(os.environ.get("ELYSIACTL_DEPS") or pathlib.Path(cache) / "elysiactl-deps")
    path = deps / f"{name}-{version}" / program
    assert os.access(path, os.X_OK), f"there is no {path}: run tools/setup test full"
    return path


def can_bind(kind, host, port):
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((host, port))
            return True
    return False


def free_ports(count, first):
    """Below those that the kernel gives to connections, which could else take a killed server's before it returns."""
    ports = []
    for port in range(first, 32768):
        if len(ports) == count:
            return ports
        if (can_bind(socket.SOCK_STREAM, "127.0.0.1", port) and can_bind(socket.SOCK_STREAM, "", port)
                and can_bind(socket.SOCK_DGRAM, "127.0.0.1", port)):
            ports.append(port)
    raise AssertionError("no free ports")


def somebody_listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        return True
    except OSError:
        return False


def start_server(arguments, environment, log):
    """It is killed when this process ends, however that happens."""
    with log.open("ab") as output:
        return subprocess.Popen(list(map(str, arguments)), env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                start_new_session=True, cwd=log.parent,
                                preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))


def wait_until(question, process, log):
    deadline = time.monotonic() + PATIENCE
    while not question():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.05)
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError("a server did not start: " + log.read_text()[-2000:])


def make_certificate(folder):
    """An authority of the test's own, and a certificate for the loopback interface that it has signed."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    (folder / "extensions").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    for command in (["req", "-x509", *key, "-days", "2", "-subj", "/CN=test authority", "-addext", "basicConstraints=critical,CA:TRUE",
                     "-addext", "keyUsage=critical,keyCertSign", "-keyout", "ca.key", "-out", "ca.pem"],
                    ["req", *key, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"],
                    ["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                     "-extfile", "extensions", "-out", "server.pem"]):
        subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)


class Node:
    def __init__(self, folder, name, ports):
        self.folder = folder
        self.name = name
        self.rest, self.grpc, self.gossip, self.data, self.raft, self.raft_rpc = ports
        self.log = folder / "log"
        self.process = None


class WeaviateServer:
    """One node or a cluster. With `api_keys`, root-key may do everything, reader-key nothing until it is given a role."""

    def __init__(self, version="1.35.2", nodes=1, modules=(), environment=None, api_keys=False, tls=False):
        self.program = server_program("weaviate-server", version, "weaviate-server")
        self.modules = [*modules, "backup-filesystem"]
        self.environment = dict(environment or {})
        self.api_keys = api_keys
        self.tls = tls
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ely-weaviate-"))
        ports = free_ports(6 * nodes, 18080)
        self.nodes = [Node(self.folder / f"node{i}", f"node{i}", ports[6 * i:6 * i + 6]) for i in range(nodes)]
        self.context = None

    def __enter__(self):
        try:
            if self.tls:
                make_certificate(self.folder)
                self.context = ssl.create_default_context(cafile=self.ca_file())
            for node in self.nodes:
                self.start(node)
                if node is self.nodes[0]:  # the others join it; one that finds nobody there gives up
                    wait_until(lambda: somebody_listens(self.nodes[0].gossip), node.process, node.log)
            for i in range(len(self.nodes)):
                self.wait_until_ready(i)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for i in range(len(self.nodes)):
            self.kill(i)
        shutil.rmtree(self.folder)

    def url(self, node=0):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.nodes[node].rest}"

    def grpc(self, node=0):
        return f"127.0.0.1:{self.nodes[node].grpc}"

    def data_folder(self, node=0):
        return self.nodes[node].folder / "data"

    def ca_file(self):
        return self.folder / "ca.pem"

    def log_tail(self, node=0):
        return "\n".join(self.nodes[node].log.read_text(errors="replace").splitlines()[-20:])

    def kill(self, node=0):
        process = self.nodes[node].process
        if process is not None:
            process.kill()
            process.wait()

    def stop(self, node=0):
        """The node takes its leave of the others."""
        self.nodes[node].process.terminate()
        self.nodes[node].process.wait(timeout=PATIENCE)

    def restart(self, node=0):
        assert self.nodes[node].process.poll() is not None, "it runs: kill it first"
        self.start(self.nodes[node])
        self.wait_until_ready(node)

    def ask(self, path, method="GET", body=None, node=0, key=None):
        """The answer as JSON; an error status is an error."""
        headers = {"Content-Type": "application/json"}
        if key or self.api_keys:
            headers["Authorization"] = f"Bearer {key or 'root-key'}"
        request = urllib.request.Request(self.url(node) + path, method=method, headers=headers,
                                         data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=60, context=self.context) as response:
            text = response.read()
            return json.loads(text) if text else None

    def wait_for_healthy(self, names, node=0):
        """Until a node sees just these as healthy: gossip takes its time, and while a leader is chosen there is no answer."""
        def seen():
            try:
                nodes = self.ask("/v1/nodes", node=node)["nodes"]
            except urllib.error.HTTPError:
                return []
            return sorted(item["name"] for item in nodes if item["status"] == "HEALTHY")
        wait_until(lambda: seen() == sorted(names), self.nodes[node].process, self.nodes[node].log)

    def wait_until_ready(self, node):
        def ready():
            try:
                self.ask("/v1/.well-known/ready", node=node)
                return True
            except (urllib.error.URLError, http.client.HTTPException, OSError):
                return False
        wait_until(ready, self.nodes[node].process, self.nodes[node].log)

    def start(self, node):
        (node.folder / "data").mkdir(parents=True, exist_ok=True)
        arguments = ["--scheme", "http", "--host", "127.0.0.1", "--port", node.rest, "--read-timeout", "600s", "--write-timeout", "600s"]
        if self.tls:
            arguments = ["--scheme", "https", "--tls-host", "127.0.0.1", "--tls-port", node.rest, "--tls-certificate",
                         self.folder / "server.pem", "--tls-key", self.folder / "server.key"]
        node.process = start_server([self.program, *arguments], self.environment_of(node), node.log)

    def environment_of(self, node):
        join = next((other for other in self.nodes if other is not node and somebody_listens(other.gossip)), None)
        out = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        out |= {
            "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "true", "BACKUP_FILESYSTEM_PATH": str(node.folder / "backups"),
            "CLUSTER_ADVERTISE_ADDR": "127.0.0.1", "CLUSTER_ADVERTISE_PORT": str(node.gossip), "CLUSTER_BIND_ADDR": "127.0.0.1",
            "CLUSTER_DATA_BIND_PORT": str(node.data), "CLUSTER_GOSSIP_BIND_PORT": str(node.gossip),
            "CLUSTER_HOSTNAME": node.name, "CLUSTER_IN_LOCALHOST": "true",
            "CLUSTER_JOIN": f"127.0.0.1:{join.gossip}" if join else "", "DEFAULT_VECTORIZER_MODULE": "none",
            "DISABLE_TELEMETRY": "true", "ENABLE_MODULES": ",".join(self.modules), "GO_PROFILING_DISABLE": "true",
            "GRPC_PORT": str(node.grpc), "LOG_FORMAT": "text", "LOG_LEVEL": "info",
            "PERSISTENCE_DATA_PATH": str(node.folder / "data"), "PROMETHEUS_MONITORING_ENABLED": "false",
            "QUERY_MAXIMUM_RESULTS": "100000", "RAFT_BOOTSTRAP_EXPECT": str(len(self.nodes)),
            "RAFT_INTERNAL_RPC_PORT": str(node.raft_rpc), "RAFT_JOIN": ",".join(f"{n.name}:{n.raft}" for n in self.nodes),
            "RAFT_PORT": str(node.raft), "RAFT_TIMEOUTS_MULTIPLIER": "1",
        }
        if self.api_keys:
            out |= {"AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "false", "AUTHENTICATION_APIKEY_ENABLED": "true",
                    "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "root-key,reader-key",
                    "AUTHENTICATION_APIKEY_USERS": "root-user,reader-user",
                    "AUTHORIZATION_RBAC_ENABLED": "true", "AUTHORIZATION_RBAC_ROOT_USERS": "root-user"}
        if self.tls:
            out |= {"GRPC_CERT_FILE": str(self.folder / "server.pem"), "GRPC_KEY_FILE": str(self.folder / "server.key")}
        return out | self.environment


class Proxy:
    """A way to a server that can be disturbed; `address` is where it begins."""

    def __init__(self, toxiproxy, name, address):
        self.toxiproxy = toxiproxy
        self.name = name
        self.address = address

    def add(self, kind, stream="downstream", **attributes):
        """"latency" latency=ms jitter=ms, "bandwidth" rate=KB/s, "slow_close" delay=ms, "timeout" timeout=ms (0: a black hole),
        "reset_peer" timeout=ms, "slicer" average_size=bytes delay=us, "limit_data" bytes=n. It meets open connections too."""
        name = f"{kind}-{stream}"
        self.toxiproxy.ask("POST", f"/proxies/{self.name}/toxics",
                           {"name": name, "type": kind, "stream": stream, "attributes": attributes})
        return name

    def remove(self, toxic):
        self.toxiproxy.ask("DELETE", f"/proxies/{self.name}/toxics/{toxic}")

    def cut(self):
        """Open connections end and new ones are refused, until mend()."""
        self.toxiproxy.ask("POST", f"/proxies/{self.name}", {"enabled": False})

    def mend(self):
        self.toxiproxy.ask("POST", f"/proxies/{self.name}", {"enabled": True})


class Toxiproxy:
    def __init__(self, version="2.5.0"):
        self.program = server_program("toxiproxy", version, "toxiproxy-server")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ely-toxiproxy-"))
        self.log = self.folder / "log"
        self.process = None
        self.port = None
        self.taken = set()

    def __enter__(self):
        self.port = self.free_port()
        self.process = start_server([self.program, "-host", "127.0.0.1", "-port", self.port], dict(os.environ), self.log)
        wait_until(lambda: somebody_listens(self.port), self.process, self.log)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)

    def free_port(self):
        port = next(port for port in free_ports(len(self.taken) + 1, 19474) if port not in self.taken)
        self.taken.add(port)
        return port

    def ask(self, method, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=60) as response:
            text = response.read()
            return json.loads(text) if text else None

    def proxy(self, name, upstream):
        """Listens on the loopback interface and passes everything on to `upstream`, "host:port"."""
        address = f"127.0.0.1:{self.free_port()}"
        self.ask("POST", "/proxies", {"name": name, "listen": address, "upstream": upstream, "enabled": True})
        return Proxy(self, name, address)
