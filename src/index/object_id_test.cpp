#include "index/object_id.hpp"

#include <doctest/doctest.h>

using namespace ely;
using namespace ely::index;

TEST_CASE("the predecessors' ids are reproduced") {
    CHECK(legacy_id("Demo", "config.json").text() == "0240dc9a-14b7-57f1-95eb-d472a7d350cc");
    CHECK(legacy_id("Demo", "src/auth.py").text() == "924693e0-db0e-528d-8f6a-b688b0619e09");
    CHECK(legacy_id("SRC_ENTERPRISE__", "src/main.py").text() == "4031d153-1261-562c-86bf-d72817cd7a74");
}

TEST_CASE("a chunk's id depends on each of its parts and on nothing else") {
    const ChunkIdentity identity{"github.com/a/b", "main", "x.py", "f", "def f(): pass\n", 0};
    const auto id = chunk_id(identity);
    CHECK(chunk_id(identity) == id);
    auto other = identity;
    other.repository = "github.com/a/c";
    CHECK(chunk_id(other) != id);
    other = identity;
    other.branch = "next";
    CHECK(chunk_id(other) != id);
    other = identity;
    other.path = "y.py";
    CHECK(chunk_id(other) != id);
    other = identity;
    other.symbol = "g";
    CHECK(chunk_id(other) != id);
    other = identity;
    other.text = "def f(): return\n";
    CHECK(chunk_id(other) != id);
    other = identity;
    other.occurrence = 1;
    CHECK(chunk_id(other) != id);
}

TEST_CASE("test vectors of doc/formats/object-id.md") {
    CHECK(chunk_id({"github.com/pallets/flask", "main", "src/flask/app.py", "Flask", "class Flask:\n", 0}).text() ==
          "32403a71-7680-5ce9-9973-ca219b751d4f");
    CHECK(chunk_id({"github.com/pallets/flask", "main", "src/flask/app.py", "Flask", "class Flask:\n", 1}).text() ==
          "3bea0c2b-1d02-5f5d-9e3a-6a1812cafd70");
    CHECK(chunk_id({"local/tmp", "", "a", "", "", 0}).text() == "963e73f3-3a9a-5e9d-8d56-7afb7a69e30a");
}

TEST_CASE("unknown rules are refused by name") {
    CHECK(parse_id_rule("chunk").value() == IdRule::chunk);
    CHECK(parse_id_rule("legacy").value() == IdRule::legacy);
    CHECK(parse_id_rule("serial").error().code == Code::usage);
}
