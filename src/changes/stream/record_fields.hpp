#pragma once

// The facts that one line of a stream states, whatever the dialect: aliases resolved, types checked, contents still as
// they stand in the line. It finds JSON's fields and decides nothing about what they mean.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "changes/stream/line_reader.hpp"

namespace ely::stream {

struct ChangesetFields {
    std::optional<std::string> commit;
    std::string parent;
    std::string tree_hash;
    std::string branch;
    std::string url;
    std::string generated_at;
    bool full = false;
    std::uint64_t records = 0;
    std::optional<std::uint64_t> format;
};

struct RecordFields {
    std::optional<std::uint64_t> format;
    std::optional<std::string> repository;
    std::optional<std::string> operation;
    std::optional<std::string> path;
    std::optional<std::uint64_t> size;
    std::string mime;
    std::string language;
    std::string blob;
    std::string renamed_from;
    std::string skip_reason;
    std::string content_hash;
    bool skip_index = false;
    bool is_truncated = false;
    // Under the names that the documented stream has, which git's porcelain dialect never uses.
    bool has_documented_facts = false;
    // What is between the quotes in the line, escapes and all; valid as long as the line.
    std::optional<std::string_view> content;
    std::optional<std::string_view> content_base64;
    std::optional<std::string_view> content_ref;
    std::optional<ChangesetFields> changeset;
    // Of an event envelope; its `data`, if it comes behind the event's name, has then filled the other fields.
    std::optional<std::string> event;
    std::optional<ChangesetFields> data;
    std::string error_message;
    bool has_timestamp = false;
};

// Why a line is not a record, with its path where that had been read.
struct FieldError {
    std::string reason;
    std::string path;
};

class RecordParser {
  public:
    RecordParser();
    ~RecordParser();
    RecordParser(RecordParser&&) noexcept;
    RecordParser& operator=(RecordParser&&) noexcept;
    // `line` begins with '{' and is followed by k_line_padding readable bytes.
    [[nodiscard]] tl::expected<RecordFields, FieldError> parse(std::string_view line);

  private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace ely::stream
