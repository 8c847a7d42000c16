#pragma once

// A repository under elysiactl's care, as the state database remembers it. Plain values.

#include <cstdint>
#include <string>
#include <vector>

#include "model/collection_address.hpp"

namespace ely::model {

struct RepoEntry {
    std::string name;        // as the user names it in commands; unique
    std::string url;         // as given; never with credentials
    std::string repository;  // canonical: "github.com/pallets/flask"
    std::string cluster;     // where the collection is; empty: the embedded store
    std::string collection;
    std::string branch;                // empty: whatever the remote's HEAD names
    std::string vectorizer = "local";  // "local", "none", or a module of the cluster: "text2vec-openai"
    std::string vector_model;          // of such a module; empty: its default
    std::string ids = "chunk";         // the rule of ids: "chunk" or "legacy"
    std::vector<std::string> include_patterns;
    std::vector<std::string> exclude_patterns;
    std::uint64_t max_file_size = 0;  // bytes; 0: the default
    bool elysia = true;               // on a cluster: Elysia is told of the collection
    // "adding" until the first sync has ended, then "ready", "failed".
    std::string status = "adding";
    std::string commit;           // last indexed
    std::uint64_t documents = 0;  // files indexed
    std::uint64_t objects = 0;
    std::string added_at;  // RFC 3339
    std::string synced_at;

    [[nodiscard]] CollectionAddress address() const { return {cluster, collection}; }
};

}  // namespace ely::model
