#!/usr/bin/env python3
"""Regenerates the query sets of the search-quality evaluation from git histories.

The queries are commit subjects, the answers are the source files that the commit changed. Two trees to index:

    newest  the commit `head` of repositories.json; a query whose text stands anywhere in that tree is left out
    before  the commit `base`, older than every query of the set, so that no change of a query is in the index

Needs Python 3.9 or newer and git; no network.

    make_queries.py --clones DIR [--tree newest|before] [--output DIR] [--only NAME]

DIR holds one clone (bare or not, with its history) per repository, called NAME, NAME.git or OWNER+NAME/repo.
Written: OUTPUT/NAME.json with {repository, url, use, tree, commit, queries: [{query, commit, files, tests}]}.
`files` is what counts as found: the implementation files, or the test files if the commit changed nothing else;
`tests` are the test files changed along with an implementation.
"""

import argparse
import json
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path, PurePosixPath

SOURCE_SUFFIXES = frozenset(
    ".bash .c .cc .cjs .cpp .cs .cts .cxx .go .h .hh .hpp .hxx .java .js .jsx .kt .mjs .mts .php .py .pyi .rb .rs "
    ".scala .sh .swift .ts .tsx .vue".split()
)
NOT_SOURCE = re.compile(
    r"(^|/)(docs?|changelogs?|third_party|third-party|vendor|node_modules)/|(^|/)(version|_version|__version__)\.\w+$|\.min\.js$|\.pb\.go$",
    re.IGNORECASE,
)
TEST_FOLDERS = frozenset(
    "test tests testing __tests__ spec specs unittest unittests testdata test-data test_data fixture fixtures bench benches benchmark "
    "benchmarks example examples demo demos sample samples e2e".split()
)
TEST_FOLDER = re.compile(r"^tests?[-_.]|[-_.](unit|integration)?tests?$")
TEST_FILE = re.compile(r"^test_|[-_.](test|spec)s?$")
TEST_CLASS = re.compile(r"[a-z0-9](Test|Tests|IT|Spec)$")
CAPITALISED = frozenset([".java", ".cs", ".php", ".kt", ".scala", ".swift"])
MAX_FILES = 8
MIN_WORDS = 3

PULL_REQUEST = re.compile(r"\s*[\(\[](?:closes |fixes |fix |gh-|pr |see )?#?\d+(?:,? ?#\d+)*[\)\]]", re.IGNORECASE)
ISSUE_TAIL = re.compile(r"[\s,;.(\[]*(?:(?:closes|fixes|fix|resolves|refs?|see|for)\s*:?\s*)?#\d+[\)\]]?(?=[\s.,]*$)", re.IGNORECASE)
CONVENTIONAL = re.compile(
    r"^(?:feat|fix|bugfix|perf|refactor|chore|style|tests?|build|ci|types?|dx|workflow|improve|compat|enhance)(?:\(([^)]*)\))?!?:\s*",
    re.IGNORECASE,
)
ISSUE_HEAD = re.compile(r"^\s*(?:\[[A-Z]+-\d+\]|[A-Z]{2,}-\d+:?|#\d+:?|\[\d+(?:\.\w+)*\])\s*")
UNSUITABLE = re.compile(
    r"^(?:merge\b|revert|reapply|release|prepare\b.*\b(?:release|version)|version\b|v?\d+\.\d+|back to development|bump|upgrade|"
    r"update (?:dependenc|version|copyright|changelog|change log|readme|submodule)|docs?\b|documentation\b|readme|changelog|typo|fix(?:ed)? (?:a )?typos?|fixup|squash|wip\b|"
    r"\[pre-commit|pre-commit|deps|chore\(deps|build\(deps|ci\(deps|fix\(deps|lint|format|apply (?:black|ruff|isort|pyupgrade|clang-format)|"
    r"run (?:black|ruff|gofmt|rustfmt|prettier|clang-format)|clang-format)|\bbump\b.*\b(?:from|to)\b|\bdependabot\b|\brenovate\b",
    re.IGNORECASE,
)
UPKEEP = re.compile(
    r"\b(?:rubocop|(?:es|golangci|py|cpp|type)?-?lint(?:er|ers|ing|s)?|clippy|flake8|ruff|isort|black|rustfmt|gofmt|prettier|error[- ]?prone|checkstyle|spotless|spotbugs|"
    r"errcheck|staticcheck|cppcheck|clang-tidy|clang-format|pre-commit|maven-release-plugin|typos?|misspell\w*|spelling|grammar|whitespaces?|indentation|"
    r"line[- ]endings|copyright|licen[cs]e headers?|nits?|nitpicks?|cosmetic|(?:code|coding) style|cops?|offen[cs]es?|(?:compiler|compile|clang|gcc|msvc|build|analyzer) warnings?|"
    r"docs?|documentation|docstrings?|javadocs?|rustdocs?|godocs?|readme|changelogs?|(?:code[- ])?comments?|release notes)\b|"
    r"^(?:update|upgrade|bump|pin|raise)\b.*\b(?:versions?|plugins?|dependenc\w*|to v?\d[\w.]*)",
    re.IGNORECASE,
)
BOT = re.compile(r"\[bot\]|dependabot|renovate|pre-commit-ci|github-actions|jekyllbot|greenkeeper", re.IGNORECASE)
NO_CONTENT = frozenset(
    "a an and are as at be by can for from in into is it its not of on or so that the this to via was when with without "
    "add added adding adds allow allows avoid bug bugs change changed changes clean cleanup code correct correctly dont ensure error errors "
    "fix fixed fixes fixing handle handles handling implement implemented improve improved improvement improvements introduce issue issues "
    "make makes minor misc missing more move moved new only problem properly refactor refactored refactoring remove removed removes rename renamed "
    "replace replaced return returns set simplify small some support supports test tests testing unnecessary unused update updated updates use used using".split()
)


def git(clone, *arguments):
    done = subprocess.run(
        ["git", "-C", str(clone), "-c", "core.quotePath=false", *arguments], check=True, stdout=subprocess.PIPE
    )
    return done.stdout.decode("utf-8", "replace")


def find_clone(folder, entry):
    owner, name = entry["url"].removesuffix(".git").rstrip("/").split("/")[-2:]
    for candidate in (entry["repository"], f"{name}", f"{name}.git", f"{owner}+{name}/repo"):
        path = folder / candidate
        if (path / "HEAD").is_file() or (path / ".git").exists():
            return path
    raise FileNotFoundError(f"no clone of {entry['url']} in {folder}")


def is_test(path):
    """The rule by which the product ranks tests, fixtures, benchmarks and examples after implementations."""
    *folders, name = path.split("/")
    folders = [folder.lower() for folder in folders]
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix.lower()
    return (
        any(folder in TEST_FOLDERS or TEST_FOLDER.search(folder) for folder in folders)
        or folders[:1] in (["t"], ["features"])
        or bool(TEST_FILE.search(stem.lower()))
        or (suffix in CAPITALISED and bool(TEST_CLASS.search(stem)))
        or name == "conftest.py"
    )


def is_source(path):
    return PurePosixPath(path).suffix.lower() in SOURCE_SUFFIXES and not NOT_SOURCE.search(path)


def query_of(subject):
    """The subject without pull request numbers and conventional-commit type; None if it's no query."""
    if UNSUITABLE.search(subject) or UPKEEP.search(subject) or "…" in subject[-3:]:
        return None
    text = PULL_REQUEST.sub("", ISSUE_HEAD.sub("", subject))
    text = ISSUE_TAIL.sub("", text)
    text = CONVENTIONAL.sub(lambda match: f"{match.group(1)}: " if match.group(1) else "", text).strip()
    if UNSUITABLE.search(text):
        return None
    words = [word for word in re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text) if len(word) > 1 and word.lower() not in NO_CONTENT]
    return text if len(words) >= MIN_WORDS else None


def commits_of(clone, span):
    """Newest first: (commit, author, subject, [(status, path)…]) of every commit of `span` that is no merge."""
    log = git(clone, "log", "--no-merges", "--no-renames", "--name-status", "--format=%x01%H%x02%an <%ae>%x02%s", span)
    for record in log.split("\x01")[1:]:
        head, _, body = record.partition("\n")
        commit, author, subject = head.split("\x02", 2)
        changes = [line.split("\t", 1) for line in body.splitlines() if "\t" in line]
        yield commit, author, subject, changes


def suitable(clone, span):
    for commit, author, subject, changes in commits_of(clone, span):
        if BOT.search(author):
            continue
        query = query_of(subject)
        sources = sorted({path for _, path in changes if is_source(path)})
        if query and 0 < len(sources) <= MAX_FILES:
            yield commit, query, sources


def queries_of(clone, indexed, base, head):
    """Newest first. `indexed` is the tree that is searched; the queries are the commits of base..head."""
    tree = set(git(clone, "ls-tree", "-r", "-z", "--name-only", indexed).split("\0"))
    known = set()
    if indexed != head:
        known = {(query_of(subject) or "").lower() for subject in git(clone, "log", "--format=%s", indexed).splitlines()}
    for commit, query, sources in suitable(clone, f"{base}..{head}" if base else head):
        files = [path for path in sources if path in tree]
        if not files or query.lower() in known or stands_in_tree(clone, indexed, query):
            continue
        known.add(query.lower())
        implementation = [path for path in files if not is_test(path)]
        tests = [path for path in files if is_test(path)] if implementation else []
        yield {"query": query, "commit": commit, "files": implementation or files, "tests": tests}


def stands_in_tree(clone, tree, query):
    found = subprocess.run(
        ["git", "-C", str(clone), "grep", "-qiF", "-e", query, tree], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return found.returncode == 0


def set_of(clone, entry, tree):
    indexed = entry["head"] if tree == "newest" else entry["base"]
    found = queries_of(clone, indexed, None if tree == "newest" else entry["base"], entry["head"])
    return {
        "repository": entry["repository"],
        "url": entry["url"],
        "use": entry["use"],
        "tree": tree,
        "commit": indexed,
        "queries": list(islice(found, entry["queries"][tree])),
    }


def main():
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clones", type=Path, required=True)
    parser.add_argument("--tree", choices=("newest", "before"), default="newest")
    parser.add_argument("--repositories", type=Path, default=here / "repositories.json")
    parser.add_argument("--output", type=Path, help="default: queries, or queries-before, beside this file")
    parser.add_argument("--only", help="just this repository")
    options = parser.parse_args()
    output = options.output or here / ("queries" if options.tree == "newest" else "queries-before")
    output.mkdir(parents=True, exist_ok=True)
    short = []
    for entry in json.loads(options.repositories.read_text())["repositories"]:
        if options.only and entry["repository"] != options.only:
            continue
        result = set_of(find_clone(options.clones, entry), entry, options.tree)
        target = output / f"{entry['repository']}.json"
        target.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
        count = len(result["queries"])
        print(f"{entry['repository']}: {count} queries", file=sys.stderr)
        if count != entry["queries"][options.tree]:
            short.append(entry["repository"])
    if short:
        sys.exit(f"repositories.json says otherwise for: {', '.join(short)}")


if __name__ == "__main__":
    main()
