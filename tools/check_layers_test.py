#!/usr/bin/env python3
"""Tests of check_layers.py: small trees that must pass or fail, each for the reason given."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKER = Path(__file__).resolve().parent / "check_layers.py"
LAYERS = """
[libraries]
fmt     | fmt/      | fmt::fmt
sqlite  | sqlite3.h | SQLite::SQLite3
doctest | doctest/  | doctest::doctest
[rooms]
base   | -          | fmt sqlite
store  | base       | fmt
search | base store | -
[open]
store/filter
store/remote/rest.hpp
[tests]
doctest
"""


class CheckLayers(unittest.TestCase):
    def run_on(self, files, layers=LAYERS):
        with tempfile.TemporaryDirectory() as root:
            (Path(root) / "src").mkdir()
            (Path(root) / "src/layers.txt").write_text(layers)
            for name, text in files.items():
                path = Path(root) / "src" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return subprocess.run([sys.executable, CHECKER, root], capture_output=True, text=True)

    def passes(self, files, saying=""):
        result = self.run_on(files)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn(saying, result.stdout)

    def fails(self, files, saying, layers=LAYERS):
        result = self.run_on(files, layers)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn(saying, result.stdout)

    def test_good_tree(self):
        self.passes(
            {
                "base/text.hpp": "#include <string>\n#include <fmt/format.h>\n#include <sys/stat.h>\n",
                "base/text.cpp": '#include "base/text.hpp"\n#include <sqlite3.h>\n#include <unistd.h>\n',
                "base/text_test.cpp": '#include <doctest/doctest.h>\n#include "base/text.hpp"\n',
                "store/filter/filter.hpp": '#include "base/text.hpp"\n',
                "store/embedded/rows.hpp": "",
                "store/open.cpp": '#include "store/embedded/rows.hpp"\n',
                "store/testing/contract.hpp": "#include <doctest/doctest.h>\n",
                "search/search.cpp": '#include "store/filter/filter.hpp"\n',
                "search/search_test.cpp": '#include "store/testing/contract.hpp"\n',
            }
        )

    def test_forbidden_room(self):
        self.fails(
            {"store/a.hpp": "", "base/b.cpp": '\n#include "store/a.hpp"\n'},
            "src/base/b.cpp:2: base may not include store",
        )

    def test_private_sub_folder(self):
        files = {"store/embedded/rows.hpp": "", "search/s.cpp": '#include "store/embedded/rows.hpp"\n'}
        self.fails(files, 'src/search/s.cpp:1: "store/embedded/rows.hpp" is private to store')

    def test_single_open_header(self):
        files = {"store/remote/rest.hpp": "", "store/remote/rpc.hpp": ""}
        self.passes(files | {"search/s.cpp": '#include "store/remote/rest.hpp"\n'})
        self.fails(files | {"search/s.cpp": '#include "store/remote/rpc.hpp"\n'}, '"store/remote/rpc.hpp" is private to store')

    def test_testing_in_product_code(self):
        files = {"store/testing/contract.hpp": "", "store/s.cpp": '#include "store/testing/contract.hpp"\n'}
        self.fails(files, "is for tests")

    def test_library_of_another_room(self):
        self.fails({"store/a.cpp": "#include <sqlite3.h>\n"}, "src/store/a.cpp:1: store may not use sqlite")

    def test_test_library_in_product_code(self):
        self.fails({"base/a.cpp": "#include <doctest/doctest.h>\n"}, "base may not use doctest")

    def test_unlisted_library(self):
        self.fails({"base/a.cpp": "#include <boost/any.hpp>\n"}, "<boost/any.hpp> belongs to no library")

    def test_file_that_does_not_exist(self):
        self.fails({"base/a.cpp": '#include "a.hpp"\n', "base/a.hpp": ""}, '"a.hpp" is no file of src/')

    def test_file_cycle(self):
        files = {"base/a.hpp": '#include "base/b.hpp"\n', "base/b.hpp": '#include "base/a.hpp"\n'}
        self.fails(files, "include cycle: base/a.hpp -> base/b.hpp -> base/a.hpp")

    def test_file_outside_rooms(self):
        self.fails({"stray/a.cpp": ""}, "src/stray/a.cpp:1: outside every room")
        self.fails({"a.hpp": ""}, "src/a.hpp:1: outside every room")

    def test_rooms_that_point_down(self):
        layers = "[rooms]\nbase | store | -\nstore | base | -\n"
        self.fails({}, "base may include store, which is no room above it", layers)

    def test_long_file_is_a_warning(self):
        self.passes({"base/a.cpp": "\n" * 601}, "src/base/a.cpp:601: warning: over 600 lines")


if __name__ == "__main__":
    unittest.main()
