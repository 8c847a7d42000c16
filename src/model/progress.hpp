#pragma once

// The one way in which events go up from a pipeline to whoever shows them. Implementations must be thread-safe and
// quick; a pipeline never prints.

#include <cstdint>
#include <string_view>

namespace ely::model {

class Progress {
  public:
    virtual ~Progress() = default;
    // A stage begins; `total` is 0 when it is not known. `unit` as in "files", "chunks".
    virtual void stage(std::string_view name, std::uint64_t total, std::string_view unit) = 0;
    // So many of the present stage are done, of `total` (0: unknown) in all. May be called often.
    virtual void advance(std::uint64_t done, std::uint64_t total) = 0;
    // Something the user should see now, in a line: a warning, a choice made.
    virtual void note(std::string_view text) = 0;
};

class NoProgress final : public Progress {
  public:
    void stage(std::string_view, std::uint64_t, std::string_view) override {}
    void advance(std::uint64_t, std::uint64_t) override {}
    void note(std::string_view) override {}
};

}  // namespace ely::model
