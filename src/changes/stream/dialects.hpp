#pragma once

// What the fields of a record mean, in our dialect and the predecessors' (doc/formats/change-stream.md). It reads no
// lines; of files, only those that a record refers to.

#include <string>
#include <string_view>
#include <vector>

#include "changes/stream/record_fields.hpp"
#include "changes/stream/stream_reader.hpp"

namespace ely::stream {

struct Dialect {
    // Of the stream: its first record had a format number. Nothing is then guessed.
    bool ours = false;
    // False: the changes come without their contents, and nothing is looked up.
    bool with_content = true;
    // With reference_folder filled in.
    ReadOptions options;
};

// None for what says nothing of files (events), two for a rename of git's porcelain. Line numbers are not filled in.
[[nodiscard]] std::vector<Record> interpret(const Dialect& dialect, RecordFields fields);
// A line that holds the name of a file and nothing else.
[[nodiscard]] std::vector<Record> interpret_path(const Dialect& dialect, std::string path);

}  // namespace ely::stream
