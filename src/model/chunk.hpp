#pragma once

// A document is a file of a repository; a chunk is the part of one that is stored, embedded and found. Plain values.

#include <cstdint>
#include <string>
#include <vector>

namespace ely::model {

struct Document {
    std::string repository;
    std::string branch;
    std::string commit;
    std::string path;
    std::string language;
    std::string blob_id;
    std::string content;  // valid UTF-8
};

struct Chunk {
    // Qualified as its language writes it: "Flask.route", "ely::store::open"; empty outside any definition. A Markdown
    // section has its heading path: "Install > From source".
    std::string symbol;
    std::string kind;  // "function", "method", "class" (any type), "module" (or namespace), "section", "lines"
    std::uint32_t start_line = 1;
    std::uint32_t end_line = 1;  // inclusive
    std::string text;            // the lines as they stand in the file
};

}  // namespace ely::model
