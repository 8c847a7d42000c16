#!/usr/bin/env python3
"""Unpacks from a downloaded wheel or source package what the build needs.

    unpack.py FOLDER SHA256 TARGET "PATTERN..."

FOLDER holds the downloads; the one with the given SHA-256 is unpacked. A source package's top folder is dropped.
"""
import fnmatch
import hashlib
import os
import sys
import tarfile
import zipfile


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def wheel_entries(path):
    archive = zipfile.ZipFile(path)
    for entry in archive.infolist():
        if not entry.is_dir():
            yield entry.filename, entry.external_attr >> 16, (lambda e=entry: archive.read(e))


def sdist_entries(path):
    archive = tarfile.open(path)
    for entry in archive:
        if entry.isfile():
            yield entry.name.partition("/")[2], entry.mode, (lambda e=entry: archive.extractfile(e).read())


def main():
    folder, wanted, target, patterns = sys.argv[1:]
    found = [p for p in (os.path.join(folder, n) for n in sorted(os.listdir(folder))) if sha256(p) == wanted]
    if not found:
        sys.exit(f"no file in {folder} has the SHA-256 {wanted}")
    entries = wheel_entries(found[0]) if found[0].endswith(".whl") else sdist_entries(found[0])
    written = 0
    for name, mode, read in entries:
        if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns.split()):
            continue
        path = os.path.join(target, name)
        if not os.path.realpath(path).startswith(os.path.realpath(target) + os.sep):
            sys.exit(f"{found[0]} holds a path that leaves its folder: {name}")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(read())
        if mode & 0o100:
            os.chmod(path, 0o755)
        written += 1
    if not written:
        sys.exit(f"nothing in {found[0]} matches {patterns}")


if __name__ == "__main__":
    main()
