#pragma once

// Which collection is meant, where several stores may have one of the same name. It opens nothing.

#include <string>
#include <string_view>

namespace ely::model {

struct CollectionAddress {
    std::string cluster;  // empty: the embedded store
    std::string name;
    bool operator==(const CollectionAddress&) const = default;

    // What its spool folders and locks are called: "flask", of a cluster "team@flask". No collection's own name has
    // '@'.
    [[nodiscard]] std::string folder_name() const { return cluster.empty() ? name : cluster + "@" + name; }
    // For people: "flask", or "flask on cluster team".
    [[nodiscard]] std::string text() const { return cluster.empty() ? name : name + " on cluster " + cluster; }
};

// Elysia keeps its own data in collections that begin so; they are not listed, nor touched without --force.
[[nodiscard]] inline bool is_protected_collection(std::string_view name) {
    return name.starts_with("ELYSIA_");
}

}  // namespace ely::model
