"""Packages for Python that tests use, from the folders in which tools/setup has put them."""

import hashlib
import os
import pathlib
import sys

from support import ROOT


def folder_of(name):
    """Of tools/dependencies/python-NAME.txt."""
    pins = (ROOT / "tools" / "dependencies" / f"python-{name}.txt").read_bytes()
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    deps = pathlib.Path(os.environ.get("ELYSIACTL_DEPS") or pathlib.Path(cache) / "elysiactl-deps")
    folder = deps / f"python-{name}-{hashlib.sha256(pins).hexdigest()[:12]}"
    assert folder.is_dir(), f"there is no {folder}: run tools/setup test full"
    return folder


def use(name):
    """Lets this program import them."""
    sys.path.insert(0, str(folder_of(name)))
