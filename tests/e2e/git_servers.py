"""Git servers for tests, on the loopback interface, with keys, passwords and files of their own."""

import base64
import gzip
import http.server
import os
import pathlib
import pwd
import shlex
import socket
import subprocess
import threading
import time

from support import GIT_ENVIRONMENT

USER = "reader"


class HttpServer:
    """`git http-backend` behind basic authentication. `secrets_seen` are command lines that held the password."""

    def __init__(self, root, password):
        self.root = root
        self.password = password
        self.requests = []  # method, path, the body's bytes
        self.secrets_seen = []
        self.cut_after = None  # bytes of a fetch's answer, after which the connection is closed
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):  # noqa: N802
                server.answer(self, b"")

            def do_POST(self):  # noqa: N802
                body = read_body(self)
                server.answer(self, gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.http.server_address[1]
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()

    def url(self, name, userinfo=""):
        return f"http://{userinfo}127.0.0.1:{self.port}/{name}"

    def stop(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def answer(self, request, body):
        self.requests.append((request.command, request.path, body))
        for line in command_lines():
            if self.password.encode() in line:
                self.secrets_seen.append(line)
        wanted = "Basic " + base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        if request.headers.get("Authorization") != wanted:
            request.send_response(401)
            request.send_header("WWW-Authenticate", 'Basic realm="git"')
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        self.run_backend(request, body)

    def run_backend(self, request, body):
        path, _, query = request.path.partition("?")
        environment = {**os.environ, **GIT_ENVIRONMENT, "GIT_PROJECT_ROOT": str(self.root), "GIT_HTTP_EXPORT_ALL": "1",
                       "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": request.command, "REMOTE_USER": USER,
                       "REMOTE_ADDR": "127.0.0.1", "CONTENT_TYPE": request.headers.get("Content-Type", ""),
                       "CONTENT_LENGTH": str(len(body)), "GIT_PROTOCOL": request.headers.get("Git-Protocol", "")}
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        request.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        if self.cut_after is not None and b"command=fetch" in body:
            content = content[:self.cut_after]
            request.close_connection = True
        request.wfile.write(content)

    def fetches(self):
        """The bodies of requests for objects, since the last call."""
        out = [body for _, _, body in self.requests if b"command=fetch" in body]
        self.requests.clear()
        return out


def read_body(request):
    if "chunked" not in request.headers.get("Transfer-Encoding", ""):
        return request.rfile.read(int(request.headers.get("Content-Length", 0)))
    out = b""
    while size := int(request.rfile.readline(), 16):
        out += request.rfile.read(size)
        request.rfile.readline()
    request.rfile.readline()
    return out


def command_lines():
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes()
        except OSError:
            pass  # it has ended


class SilentServer:
    """Takes connections and never says a word."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def stop(self):
        self.socket.close()


class SshServer:
    """An sshd of the test's own; the system's is not touched."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        folder.chmod(0o700)
        for name in ("host", "client", "stranger", "other_host"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name], check=True)
        (folder / "authorized").write_text((folder / "client.pub").read_text())
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.know("host", "known")
        self.know("other_host", "known_wrong")
        (folder / "sshd.conf").write_text(f"""
Port {self.port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
""")
        self.process = None
        self.start()

    def know(self, key, file):
        kind, text, _ = (self.folder / f"{key}.pub").read_text().split()
        (self.folder / file).write_text(f"[127.0.0.1]:{self.port} {kind} {text}\n")

    def start(self):
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)  # empty; sshd insists on it when it runs as root
        self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", self.folder / "sshd.conf"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=(self.folder / "log").open("ab"))
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError("sshd did not start: " + (self.folder / "log").read_text()) from None

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def url(self, path):
        return f"ssh://{pwd.getpwuid(os.geteuid()).pw_name}@127.0.0.1:{self.port}{path}"

    def environment(self, key="client", known="known"):
        command = ["ssh", "-F", "none", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-i", self.folder / key,
                   "-o", f"UserKnownHostsFile={self.folder / known}", "-o", "GlobalKnownHostsFile=/dev/null",
                   "-o", "StrictHostKeyChecking=yes"]
        return {"GIT_SSH_COMMAND": shlex.join(map(str, command))}
