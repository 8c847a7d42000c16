#!/usr/bin/env python3
"""Runs transcripts: files that hold command lines and what they print, and tells where the programs differ.

    tests/transcripts/transcripts.py [--update] FILE...    run; --update writes down what came instead
    tests/transcripts/transcripts.py --coverage            does every command of both programs stand in a transcript?

The programs come from the folder ELY_PROGRAMS_DIR (default: build/release). Each file runs in a new folder of its own, with
ELYSIACTL_HOME, HOME and git's identity and dates set; every command in a shell of its own. A transcript's lines:

    # a comment; empty lines are comments too, unless they stand within the output
    $ elysiactl config path          a command, run by bash -c
    > --json                         its next line
    < yes                            typed into it: it then runs at a terminal of 80 columns, and all it prints is output
    {"config_file": "$TMP/..."}      standard output, spaces at line ends left out; $TMP is the new folder, $PROGRAMS
                                     the programs'
    2> error: ...                    standard error
    [2]                              its exit status, when it is not 0
    ...                              any number of lines
    took {{[0-9.]+}} s               {{regular expression}} within a line
    \\# text                          output that begins with one of the above: a backslash before it
"""
import argparse
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = Path(os.environ.get("ELY_PROGRAMS_DIR", ROOT / "build" / "release")).resolve()
TIMEOUT = 300
SPECIAL = re.compile(r"#|[$<>] |2> |\[\d+\]$|\.\.\.$|\\")


class Step:
    """One command with what stands around it in the file."""

    def __init__(self, line_number, command):
        self.line_number = line_number
        self.command = command
        self.typed = []
        self.expected = []
        self.trailing = []  # comments and empty lines behind it


def parse(path):
    head, steps = [], []
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if line.startswith("$ "):
            steps.append(Step(number, line[2:]))
        elif not steps:
            head.append(line)
        elif line.startswith("> ") and not steps[-1].expected:
            steps[-1].command += "\n" + line[2:]
        elif line.startswith("< ") and not steps[-1].expected:
            steps[-1].typed.append(line[2:])
        elif line.startswith("#"):
            steps[-1].trailing.append(line)
        elif steps[-1].trailing and line:
            # Output goes on behind an empty line, but not behind a comment.
            if any(kept for kept in steps[-1].trailing):
                sys.exit(f"{path}:{number}: output behind a comment")
            steps[-1].expected += steps[-1].trailing + [line]
            steps[-1].trailing = []
        elif line:
            steps[-1].expected.append(line)
        else:
            steps[-1].trailing.append(line)
    return head, steps


def environment(folder):
    out = {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS",
                                               "TBB_ENABLE_SANITIZERS", "ELYSIACTL_DEPS", "XDG_CACHE_HOME") if name in os.environ}
    home = folder / "home"
    home.mkdir()
    out.update(PATH=f"{PROGRAMS}:{os.environ['PATH']}", HOME=str(home), ELYSIACTL_HOME=str(folder / "ely"), TMP=str(folder),
               LANG="C.UTF-8", TZ="UTC", TERM="dumb", GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null",
               GIT_CONFIG_COUNT="2", GIT_CONFIG_KEY_0="init.defaultBranch", GIT_CONFIG_VALUE_0="main",
               GIT_CONFIG_KEY_1="protocol.file.allow", GIT_CONFIG_VALUE_1="always",
               GIT_AUTHOR_NAME="A. Author", GIT_AUTHOR_EMAIL="author@example.org",
               GIT_COMMITTER_NAME="A. Author", GIT_COMMITTER_EMAIL="author@example.org",
               GIT_AUTHOR_DATE="2026-01-31T12:00:00Z", GIT_COMMITTER_DATE="2026-01-31T12:00:00Z")
    return out


def run_at_terminal(step, folder, variables):
    control, terminal = pty.openpty()
    subprocess.run(["stty", "cols", "80", "rows", "24", "-echo", "-onlcr"], stdin=terminal, check=True)
    process = subprocess.Popen(["bash", "-c", step.command], cwd=folder, env=variables, stdin=terminal, stdout=terminal,
                               stderr=terminal, start_new_session=True)
    os.close(terminal)
    os.write(control, "".join(line + "\n" for line in step.typed).encode())
    output = b""
    while True:
        try:
            piece = os.read(control, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        output += piece
    os.close(control)
    return process.wait(TIMEOUT), output, b""


def run(step, folder, variables):
    """The lines that the step should have, as a transcript has them."""
    if step.typed:
        status, output, errors = run_at_terminal(step, folder, variables)
    else:
        done = subprocess.run(["bash", "-c", step.command], cwd=folder, env=variables, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=TIMEOUT, check=False)
        status, output, errors = done.returncode, done.stdout, done.stderr
    lines = []
    for text, prefix in ((output, ""), (errors, "2> ")):
        text = text.decode("utf-8", "backslashreplace").replace(str(folder), "$TMP").replace(str(PROGRAMS), "$PROGRAMS")
        for line in text.splitlines():
            escape = "\\" if not prefix and SPECIAL.match(line) else ""
            lines.append((prefix + escape + line).rstrip())
    while lines and not lines[-1]:  # empty lines at the end belong to the file, not to the output
        lines.pop()
    return lines + ([f"[{status}]"] if status != 0 else [])


def line_pattern(line):
    parts = re.split(r"\{\{(.*?)\}\}", line)
    return "".join(part if i % 2 else re.escape(part) for i, part in enumerate(parts))


def matches(expected, got):
    """Lines against lines, where "..." stands for any number of them."""
    if not expected:
        return not got
    if expected[0] == "...":
        return any(matches(expected[1:], got[i:]) for i in range(len(got) + 1))
    return bool(got) and re.fullmatch(line_pattern(expected[0]), got[0]) is not None and matches(expected[1:], got[1:])


def run_file(path, update):
    head, steps = parse(path)
    folder = Path(tempfile.mkdtemp(prefix="ely-transcript-")).resolve()
    problems = 0
    out = list(head)
    try:
        variables = environment(folder)
        for step in steps:
            got = run(step, folder, variables)
            good = matches(step.expected, got)
            if not good and not update:
                problems += 1
                print(f"{path}:{step.line_number}: $ {step.command}\n--- expected\n" + "\n".join(step.expected) +
                      "\n--- got\n" + "\n".join(got) + "\n---")
            out += ["$ " + step.command.replace("\n", "\n> ")] + ["< " + typed for typed in step.typed]
            out += (step.expected if good else got) + step.trailing
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if update:
        path.write_text("\n".join(out))
    elif not steps:
        problems += 1
        print(f"{path}: no command")
    return problems


def coverage():
    """Names the commands that no transcript runs."""
    text = "\n".join(path.read_text() for path in sorted(Path(__file__).parent.glob("*.test")))
    commands = [line[2:] for line in text.split("\n") if line.startswith("$ ")]
    missing = 0
    for program in ("elysiactl", "mgit"):
        manual = subprocess.run([PROGRAMS / program, "man"], capture_output=True, text=True, check=True).stdout
        paths = [line[4:].replace("\\-", "-") for line in manual.split("\n") if line.startswith(".SS ")]
        for path in paths:
            pattern = re.compile(rf"(^|[|(&;] *){program} (--?[a-z-]+ )*{re.escape(path)}([ ;|)]|$)")
            if not any(pattern.search(command) for command in commands):
                missing += 1
                print(f"tests/transcripts: no transcript runs \"{program} {path}\"")
    return missing


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("files", nargs="*", type=Path)
    arguments = parser.parse_args()
    problems = coverage() if arguments.coverage else 0
    for path in arguments.files:
        problems += run_file(path, arguments.update)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
