#!/usr/bin/env python3
"""Checks the #include lines of src/ against src/layers.txt.

    tools/check_layers.py [ROOT]

Says, with file:line: an include of a room that the including room may not see, of another room's private sub-folder, of a
third-party header that the room does not list, of a file that does not exist; include cycles; source files outside any
room; and (only a warning) files over 600 lines. Exit status 1 if anything but a warning was said. It reads #include
lines only: conditional compilation and macros are not looked at.
"""
import re
import sys
from pathlib import Path

MAX_LINES = 600
SOURCES = (".cpp", ".hpp", ".h", ".cc", ".c")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# C, POSIX and Linux headers, which any room may use. Headers of the C++ library have no dot and no slash.
SYSTEM = set(
    """assert.h ctype.h dirent.h dlfcn.h elf.h endian.h errno.h fcntl.h fnmatch.h glob.h grp.h ifaddrs.h inttypes.h
    langinfo.h limits.h link.h locale.h malloc.h math.h netdb.h poll.h pthread.h pwd.h sched.h semaphore.h setjmp.h
    signal.h spawn.h stdarg.h stddef.h stdint.h stdio.h stdlib.h string.h strings.h syslog.h termios.h time.h unistd.h
    utime.h wchar.h wctype.h immintrin.h x86intrin.h cpuid.h arm_neon.h execinfo.h cxxabi.h""".split()
)
SYSTEM_FOLDERS = ("sys/", "linux/", "netinet/", "arpa/", "net/", "sanitizer/", "ext/", "bits/")


class Layers:
    """What layers.txt says."""

    def __init__(self, path):
        self.problems = []
        self.rooms = {}  # name -> (rooms it may include, libraries), in the file's order
        self.libraries = {}  # name -> header patterns
        self.opened = set()
        self.test_libraries = set()
        section = None
        for number, line in enumerate(path.read_text().splitlines(), 1):
            line = line.partition("#")[0].strip()
            if not line:
                continue
            if line.startswith("["):
                section = line.strip("[]")
                continue
            cells = [cell.strip() for cell in line.split("|")]
            where = f"{path.name}:{number}"
            if section == "libraries":
                self.libraries[cells[0]] = cells[1].split()
            elif section == "rooms":
                self._add_room(where, cells)
            elif section == "open":
                self.opened.add(cells[0])
            elif section == "tests":
                self.test_libraries.update(line.split())
            else:
                self.problems.append(f"{where}: unknown section [{section}]")

    def _add_room(self, where, cells):
        name, includes, libraries = cells[0], *([w for w in cell.split() if w != "-"] for cell in cells[1:3])
        for room in includes:
            if room not in self.rooms:
                self.problems.append(f"{where}: {name} may include {room}, which is no room above it")
        for library in libraries:
            if library not in self.libraries:
                self.problems.append(f"{where}: {name} lists the library {library}, which [libraries] does not know")
        self.rooms[name] = (set(includes), set(libraries))

    def room_of(self, path):
        """The innermost room that holds a path relative to src/, or None."""
        found = [r for r in self.rooms if path.startswith(r + "/")]
        return max(found, key=len, default=None)

    def library_of(self, header):
        for name, patterns in self.libraries.items():
            if any(header.startswith(p) if p.endswith("/") else header == p for p in patterns):
                return name
        return None


def is_test(path):
    return re.search(r"_(test|fuzz)\.(cpp|hpp)$", path) is not None or "/testing/" in path


def sub_folder(layers, path, room):
    """The folder of a file below its room, '' for one directly in it."""
    return path[len(room) + 1 :].rpartition("/")[0]


def check_room_include(layers, path, target):
    """Why the file at `path` may not include `target` (both relative to src/), or None."""
    room, other = layers.room_of(path), layers.room_of(target)
    if other is None:
        return f'"{target}" is outside every room'
    if "/testing/" in target and not is_test(path):
        return f'"{target}" is for tests'
    if room == other:
        return None
    if other not in layers.rooms[room][0]:
        return f"{room} may not include {other} (\"{target}\")"
    folder = sub_folder(layers, target, other)
    if folder and not {f"{other}/{folder}", target} & layers.opened and "/testing/" not in target:
        return f'"{target}" is private to {other}'
    return None


def check_system_include(layers, path, header):
    room = layers.room_of(path)
    library = layers.library_of(header)
    if library is not None:
        if library in layers.rooms[room][1] or (is_test(path) and library in layers.test_libraries):
            return None
        owners = [r for r, (_, libraries) in layers.rooms.items() if library in libraries]
        return f"{room} may not use {library} (<{header}>); it is for {', '.join(owners) or 'tests'}"
    if ("." not in header and "/" not in header) or header in SYSTEM or header.startswith(SYSTEM_FOLDERS):
        return None
    return f"<{header}> belongs to no library that layers.txt lists"


def check_file(layers, src, file):
    """Problems of one file, and the files of ours that it includes."""
    path = file.relative_to(src).as_posix()
    lines = file.read_text(errors="replace").splitlines()
    problems, warnings, includes = [], [], []
    if layers.room_of(path) is None:
        return [f"src/{path}:1: outside every room of layers.txt"], [], []
    if len(lines) > MAX_LINES:
        warnings.append(f"src/{path}:{len(lines)}: warning: over {MAX_LINES} lines, split it")
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        kind, target = match.groups()
        if kind == "<":
            problem = check_system_include(layers, path, target)
        elif not (src / target).is_file():
            problem = f'"{target}" is no file of src/ (write the path from src/; third-party headers in <>)'
        else:
            problem = check_room_include(layers, path, target)
            includes.append((target, number))
        if problem:
            problems.append(f"src/{path}:{number}: {problem}")
    return problems, warnings, includes


def find_cycles(graph):
    """One message for each include cycle found by depth-first search."""
    problems, done, stack = [], set(), []

    def visit(path):
        stack.append(path)
        for target, number in graph.get(path, []):
            if target in stack:
                ring = stack[stack.index(target) :] + [target]
                problems.append(f"src/{path}:{number}: include cycle: {' -> '.join(ring)}")
            elif target not in done:
                visit(target)
        stack.pop()
        done.add(path)

    for path in sorted(graph):
        if path not in done:
            visit(path)
    return problems


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    src = root / "src"
    layers = Layers(src / "layers.txt")
    problems, warnings, graph = list(layers.problems), [], {}
    files = sorted(f for f in src.rglob("*") if f.suffix in SOURCES and f.is_file())
    for file in files:
        found, warned, includes = check_file(layers, src, file)
        problems += found
        warnings += warned
        graph[file.relative_to(src).as_posix()] = includes
    problems += find_cycles(graph)
    for line in warnings + problems:
        print(line)
    print(f"layers: {len(files)} files, {len(problems)} problems, {len(warnings)} warnings")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
