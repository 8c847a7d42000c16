"""What the end-to-end tests share: the real programs in a folder of their own, and real git repositories."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("ELY_PROGRAMS_DIR", ROOT / "build" / "release"))

GIT_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "A U Thor",
    "GIT_AUTHOR_EMAIL": "author@example.com",
    "GIT_COMMITTER_NAME": "C O Mitter",
    "GIT_COMMITTER_EMAIL": "committer@example.com",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}


class Home:
    """An ELYSIACTL_HOME and what runs in it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def environment(self, extra=None):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ELYSIACTL_")}
        environment.update(GIT_ENVIRONMENT)
        environment["ELYSIACTL_HOME"] = str(self.folder)
        environment["PATH"] = f"{PROGRAMS}:{environment['PATH']}"
        environment.update(extra or {})
        return environment

    def run(self, *arguments, program="elysiactl", extra=None, timeout=300):
        return subprocess.run([str(PROGRAMS / program), *map(str, arguments)], env=self.environment(extra), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False)

    def ok(self, *arguments, **options):
        result = self.run(*arguments, **options)
        if result.returncode != 0:
            raise AssertionError(f"{arguments}: exit {result.returncode}\n{result.stdout}\n{result.stderr}")
        return result

    def json(self, *arguments, **options):
        return json.loads(self.ok(*arguments, "--json", **options).stdout)

    def start(self, *arguments, program="elysiactl", extra=None):
        """In a process group of its own, so that all of it can be killed at once."""
        return subprocess.Popen([str(PROGRAMS / program), *map(str, arguments)], env=self.environment(extra),
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                start_new_session=True)


def kill_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.communicate()


class Repository:
    """A git repository with a work tree."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments):
        environment = dict(os.environ, **GIT_ENVIRONMENT)
        return subprocess.run(["git", *arguments], cwd=self.folder, env=environment, text=True, check=True,
                              capture_output=True).stdout

    def write(self, path, content):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_text(content)

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def paths(self, revision="HEAD"):
        listing = self.git("ls-tree", "-r", "-z", "--name-only", revision)
        return [path for path in listing.split("\0") if path]


def temporary_folder():
    return pathlib.Path(tempfile.mkdtemp(prefix="ely-e2e-"))


def restore(source, target):
    """Makes `target` a copy of `source` as it was; the path stays, because the ledger knows stores by theirs."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)
