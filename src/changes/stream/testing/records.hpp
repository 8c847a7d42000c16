#pragma once

// For tests of what reads streams: the records of a text or a file at once, sorted by kind.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "changes/stream/stream_reader.hpp"

namespace ely::stream::testing {

// A text in pieces of `step` bytes, as a pipe might deliver it.
class TextBytes final : public ByteReader {
  public:
    explicit TextBytes(std::string text, std::size_t step = 4096) : m_text(std::move(text)), m_step(step) {}
    Result<std::size_t> read(std::span<char> buffer) override {
        const auto n = m_text.copy(buffer.data(), std::min(buffer.size(), m_step), m_at);
        m_at += n;
        return n;
    }

  private:
    std::string m_text;
    std::size_t m_step;
    std::size_t m_at = 0;
};

struct Records {
    std::vector<model::Change> changes;
    std::vector<model::Changeset> changesets;
    std::vector<BadRecord> bad;
    // Of the stream's end, when it was one.
    std::string error;
};

inline Records all_records(StreamReader& reader) {
    Records out;
    while (true) {
        auto next = reader.next();
        if (!next) out.error = next.error().text();
        if (!next || !*next) return out;
        if (auto* const change = std::get_if<model::Change>(&**next)) out.changes.push_back(std::move(*change));
        if (auto* const set = std::get_if<model::Changeset>(&**next)) out.changesets.push_back(std::move(*set));
        if (auto* const bad = std::get_if<BadRecord>(&**next)) out.bad.push_back(std::move(*bad));
    }
}

inline Records records_of_text(std::string text, const ReadOptions& options = {}, std::size_t step = 4096) {
    return all_records(*StreamReader::over(std::make_unique<TextBytes>(std::move(text), step), options));
}

inline Records records_of_file(const Path& path, const ReadOptions& options = {}) {
    auto reader = StreamReader::open(path, options);
    if (!reader) return {{}, {}, {}, reader.error().text()};
    return all_records(**reader);
}

}  // namespace ely::stream::testing
