"""Repositories to measure on: those the environment names, parts of them as a commit of their own, and made ones."""

import os
import pathlib
import random
import subprocess

AUTHOR = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
MARKER = "zyxmarkerword"  # a word that no repository has


def git(repo, *arguments, **options):
    result = subprocess.run(["git", "-C", str(repo), *map(str, arguments)], check=False, capture_output=True, **options)
    if result.returncode != 0:
        raise RuntimeError(f"git {arguments[0]} in {repo}: {result.stderr.decode(errors='replace').strip()}")
    return result.stdout


def count_files(repo):
    return git(repo, "ls-tree", "-r", "HEAD").count(b"\n")


def make_repository(folder, files):
    """Source-like text from a fixed seed: as many files as asked for, some 2 KB each."""
    chance = random.Random(files)
    words = [f"{a}_{b}" for a in ("read", "write", "parse", "open", "close", "merge") for b in ("file", "index", "block")]
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for number in range(files):
        path = folder / f"pkg{number // 100:03}" / f"module_{number:05}.py"
        path.parent.mkdir(exist_ok=True)
        lines = []
        for function in range(chance.randint(4, 14)):
            lines.append(f"def {chance.choice(words)}_{number}_{function}(value, other):")
            lines.append(f'    """Does {chance.choice(words)} for {chance.choice(words)}."""')
            for _ in range(chance.randint(3, 9)):
                lines.append(f"    value = {chance.choice(words)}(value, other + {chance.randint(0, 999)})")
            lines += ["    return value", "", ""]
        path.write_text("\n".join(lines))
    git(folder, "add", "-A")
    git(folder, *AUTHOR, "commit", "-q", "-m", "made")
    return folder


def given_or_made(variable, work, files):
    given = os.environ.get(variable)
    if given:
        return pathlib.Path(given)
    made = work / f"made-{files}"
    return made if made.exists() else make_repository(made, files)


def every_nth(entries, count):
    """As many as asked for, from all over."""
    return [entries[i * len(entries) // count] for i in range(count)] if count < len(entries) else entries


def part_of(repo, target, choose=lambda entries: entries, marker=False):
    """A bare repository whose one commit has the chosen entries of `repo`'s head: choose() gets and gives back
    (mode, id, path). With `marker` its last file is one more, which alone has the word MARKER."""
    git(".", "init", "-q", "--bare", "-b", "main", target)
    git(target, "fetch", "-q", "--depth", "1", f"file://{pathlib.Path(repo).resolve()}", "HEAD")
    entries = []
    for line in git(target, "ls-tree", "-r", "-z", "FETCH_HEAD").split(b"\0"):
        if line:
            meta, path = line.split(b"\t", 1)
            mode, _, blob = meta.split()
            entries.append((mode, blob, path))
    entries = choose(entries)
    if marker:
        blob = git(target, "hash-object", "-w", "--stdin", input=f"def {MARKER}():\n    return 1\n".encode()).strip()
        entries = [*entries, (b"100644", blob, b"~last/last.py")]
    listing = b"".join(mode + b" " + blob + b"\t" + path + b"\0" for mode, blob, path in entries)
    index = dict(os.environ, GIT_INDEX_FILE=str(target / "bench.index"))
    git(target, "update-index", "-z", "--index-info", input=listing, env=index)
    tree = git(target, "write-tree", env=index).decode().strip()
    commit = git(target, *AUTHOR, "commit-tree", tree, "-m", "part").decode().strip()
    git(target, "update-ref", "refs/heads/main", commit)
    return target
