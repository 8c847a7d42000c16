#pragma once

// What a receiver of change streams has after applying them: for tests that ask whether it ends up with the commit,
// whatever happened on the way.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"
#include "changes/git/testing/sandbox.hpp"
#include "model/change.hpp"

namespace ely::scan::testing {

struct Stream {
    std::vector<model::Change> changes;
    model::Changeset changeset;

    // nullptr when no record has that path.
    [[nodiscard]] const model::Change* find(std::string_view path) const;
    // "add a", "delete b", "add c <- b", "add d [binary]", in the stream's order.
    [[nodiscard]] std::string text() const;
};

// corrupt unless it is complete, without bad records, and its count is right.
[[nodiscard]] Result<Stream> read_stream(const Path& file);

// path -> content; nullopt for a skipped file.
using Files = std::map<std::string, std::optional<std::string>>;

class Receiver {
  public:
    // conflict when the stream starts from a commit that this receiver does not have.
    Result<void> receive(const Stream& stream);
    // Takes all that waits in a spool folder, oldest first.
    Result<void> take_all(const Path& folder);
    [[nodiscard]] const Files& files() const { return m_files; }
    [[nodiscard]] const std::string& commit() const { return m_commit; }

  private:
    Files m_files;
    std::string m_commit;
};

// What is committed, as a receiver should have it: for trees of plain text files only.
[[nodiscard]] Files committed(const git::testing::WorkTree& tree);

}  // namespace ely::scan::testing
