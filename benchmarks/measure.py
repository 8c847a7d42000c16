"""A row of the table, and what all groups measure with: wall time, CPU time and peak memory of one command."""

import dataclasses
import json
import os
import pathlib
import signal
import statistics
import subprocess
import time

PROGRAMS = pathlib.Path(os.environ["ELY_PROGRAMS_DIR"])
ELYSIACTL = PROGRAMS / "elysiactl"
MGIT = PROGRAMS / "mgit"
RUNS = 5
FAILED = "could not run"  # how the note of such a row begins


@dataclasses.dataclass
class Row:
    """Benchmark programs print the same fields (rows.hpp). `value` None: not measured, the note says why."""
    name: str
    value: float | None
    unit: str
    target: float | None = None
    higher_is_better: bool = False
    peer: str = ""
    note: str = ""

    def met(self):
        if self.value is None or self.target is None:
            return None
        return self.value >= self.target if self.higher_is_better else self.value <= self.target

    def as_json(self):
        return dict(dataclasses.asdict(self), met=self.met())


@dataclasses.dataclass
class Cost:
    seconds: float
    cpu: float
    peak_mib: float  # of the largest process among the command and those it waited for
    output: str = ""

    def json(self):
        return json.loads(self.output)


def environment(home=None):
    out = {k: v for k, v in os.environ.items() if not k.startswith("ELYSIACTL_") or k == "ELYSIACTL_EMBEDDING_MODEL_DIR"}
    if home is not None:
        out["ELYSIACTL_HOME"] = str(home)
    return out


def start(command, home=None, stdout=subprocess.DEVNULL):
    """A string goes through the shell."""
    shell = isinstance(command, str)
    return subprocess.Popen(command if shell else list(map(str, command)), shell=shell, env=environment(home),
                            stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.DEVNULL, text=True)


def finish(child, began, accepted=(0,)):
    """Waits for exactly this child: the time and the memory are its own and its children's, of nobody else."""
    output = child.stdout.read() if child.stdout else ""
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in accepted:
        raise subprocess.CalledProcessError(child.returncode, child.args)
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)


def running(child):
    """Without reaping it, which finish() does."""
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def cpu_so_far(child):
    """Of the child and those it has waited for."""
    fields = pathlib.Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def measured(command, home=None, stdout=subprocess.DEVNULL):
    began = time.perf_counter()
    return finish(start(command, home, stdout), began)


def answer(command, home=None):
    """What a command with --json says; None when it fails."""
    try:
        return measured(command, home, subprocess.PIPE).json()
    except (subprocess.CalledProcessError, json.JSONDecodeError):
        return None


def interrupt(child, began):
    # SIGINT may be ignored in background jobs of shells; SIGTERM is heard the same way.
    os.kill(child.pid, signal.SIGTERM)  # a zombie at worst: it has not been waited for
    return finish(child, began, accepted=(0, 130, -signal.SIGTERM))


@dataclasses.dataclass
class Pairs:
    """Medians over pairs of ours and theirs, which take turns, so that a drifting machine drifts for both."""
    ratio: float
    cpu_ratio: float
    ours: float
    theirs: float

    @classmethod
    def of(cls, pairs):
        median = lambda key: statistics.median(key(ours, theirs) for ours, theirs in pairs)
        return cls(median(lambda a, b: a.seconds / b.seconds), median(lambda a, b: a.cpu / max(b.cpu, 1e-6)),
                   median(lambda a, b: a.seconds), median(lambda a, b: b.seconds))


def paired(command, peer, before=lambda: None, runs=RUNS, home=None):
    pairs = []
    for _ in range(runs):
        before()
        pairs.append((measured(command, home), measured(peer)))
    return Pairs.of(pairs)


def rows_of_program(command):
    """The rows that a benchmark program prints."""
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, env=environment(),
                            stdin=subprocess.DEVNULL)
    if result.returncode != 0:
        note = f"{FAILED}: exit {result.returncode}: {result.stderr.strip()[-200:]}"
        return [Row(pathlib.Path(command[0]).name, None, "", note=note)]
    return [Row(**row) for row in json.loads(result.stdout)]
