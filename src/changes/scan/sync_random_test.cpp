#include <array>
#include <random>

#include <doctest/doctest.h>

#include "changes/git/testing/sandbox.hpp"
#include "changes/scan/sync.hpp"
#include "changes/scan/testing/receiver.hpp"

// Whatever happens to a repository between two runs, a receiver that applies every stream has what is committed.

namespace ely::scan {
namespace {

using git::testing::WorkTree;

class Edits {
  public:
    Edits(const WorkTree& tree, unsigned seed) : m_tree(tree), m_random(seed) {}

    // One to five changes: files written, removed, moved; files where folders were and the other way round.
    void some() {
        for (auto left = 1 + m_random() % 5; left > 0; --left) one();
    }
    // Where the branch goes next: on, back, or to a history of its own.
    void commit() {
        m_tree.commit("c" + std::to_string(m_random()));
        const auto chance = m_random() % 8;
        if (chance == 0) m_tree.git({"reset", "--quiet", "--hard", "HEAD~1"});
        if (chance == 1) m_tree.git({"commit", "--quiet", "--amend", "--allow-empty", "--message", "amended"});
    }

  private:
    std::string name() {
        static constexpr std::array<std::string_view, 7> k_parts{"a", "b", "a.c", "a-b", "lib", "\xc3\xa9", "n\xff"};
        std::string out(k_parts[m_random() % k_parts.size()]);
        while (m_random() % 3 == 0) out += "/" + std::string(k_parts[m_random() % k_parts.size()]);
        return out;
    }

    void one() {
        const auto path = name();
        if (m_random() % 4 == 0) {
            m_tree.remove(path);
            return;
        }
        // A file on the way to this one gives way.
        for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
            if (std::filesystem::is_regular_file(m_tree.path() / path.substr(0, slash)))
                m_tree.remove(path.substr(0, slash));
        }
        if (std::filesystem::is_directory(m_tree.path() / path)) m_tree.remove(path);
        // Few contents, so that renames come up.
        m_tree.write(path, "content " + std::to_string(m_random() % 4) + "\n");
    }

    const WorkTree& m_tree;
    std::mt19937 m_random;
};

void follow(unsigned seed, bool shared) {
    const git::testing::Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    tree.write("keep", "kept\n");
    tree.commit();
    SyncRequest request;
    request.remote = *git::parse_remote(shared ? tree.path().string() : tree.file_url(), "/");
    request.target.spool_root = sandbox.path() / "spool";
    request.target.collection = "R";
    request.data = sandbox.data();
    Edits edits(tree, seed);
    testing::Receiver receiver;
    int incremental = 0;
    for (int step = 0; step < 12; ++step) {
        CAPTURE(seed);
        CAPTURE(step);
        model::NoProgress progress;
        const auto report = sync(request, system_clock(), progress);
        REQUIRE(report);
        if (report->outcome == Outcome::incremental) ++incremental;
        REQUIRE(receiver.take_all(sandbox.path() / "spool" / "pending" / "R"));
        CHECK(receiver.files() == testing::committed(tree));
        CHECK(receiver.commit() == tree.git({"rev-parse", "HEAD"}));
        edits.some();
        edits.commit();
    }
    CHECK(incremental >= 6);
}

TEST_CASE("a receiver follows random edits of a copied repository") {
    for (const unsigned seed : {1U, 2U, 3U}) follow(seed, false);
}
TEST_CASE("a receiver follows random edits of a folder") {
    for (const unsigned seed : {4U, 5U, 6U}) follow(seed, true);
}

}  // namespace
}  // namespace ely::scan
