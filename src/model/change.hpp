#pragma once

// What a change stream carries: one Change for a file of a repository, and the Changeset that completes the stream.
// Plain values; doc/formats/change-stream.md is the contract of their written form.

#include <cstdint>
#include <optional>
#include <string>

namespace ely::model {

enum class Operation { add, modify, remove };

[[nodiscard]] inline const char* operation_name(Operation operation) {
    switch (operation) {
        case Operation::add:
            return "add";
        case Operation::modify:
            return "modify";
        case Operation::remove:
            return "delete";
    }
    return "modify";
}

struct Change {
    Operation operation = Operation::modify;
    std::string repository;  // "github.com/pallets/flask"; a basename in predecessors' streams
    std::string path;        // relative to the repository's root, '/' between parts, in the format's UTF-8 form
    std::uint64_t size = 0;  // of the file in bytes
    std::string mime;
    std::string language;  // "Python", "C++"; empty when unknown
    std::string blob_id;   // git's object id in hexadecimal; empty in predecessors' streams
    std::string renamed_from;
    // The file's bytes. Absent for removals and for skipped files.
    std::optional<std::string> content;
    bool skip_index = false;
    std::string skip_reason;  // a word of model/skip_reason.hpp, or another writer's
    std::uint64_t line = 0;   // of the record in its stream, from 1; set by the reader
};

struct Changeset {
    std::string repository;
    std::string url;
    std::string branch;
    std::string commit;
    std::string parent;  // the commit that this stream starts from; empty in a full stream
    std::string tree_hash;
    // True: the stream has a record for every path of the commit, and what it does not have is gone.
    bool full = false;
    std::uint64_t records = 0;  // Change records before this one; 0 when the writer did not say
    std::uint64_t format = 0;   // of the stream, set by the reader; 0 in predecessors' streams
    std::string generated_at;   // RFC 3339
};

}  // namespace ely::model
