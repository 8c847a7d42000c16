#include "index/object_id.hpp"

#include <string>

#include "base/hash.hpp"

namespace ely::index {

Result<IdRule> parse_id_rule(std::string_view text) {
    if (text == "chunk") return IdRule::chunk;
    if (text == "legacy") return IdRule::legacy;
    return fail(Code::usage, "unknown rule of ids: \"" + std::string(text) + "\"", "use --ids chunk or --ids legacy");
}

Uuid chunk_id(const ChunkIdentity& identity) {
    // NUL cannot stand in any of the parts that precede it in a path, URL or branch name, so the parts cannot run
    // together.
    std::string name;
    for (const auto part : {identity.repository, identity.branch, identity.path, identity.symbol}) {
        name.append(part);
        name.push_back('\0');
    }
    name.append(to_hex(sha256(identity.text)));
    name.push_back('\0');
    name.append(std::to_string(identity.occurrence));
    return uuid5(k_uuid_namespace_url, name);
}

Uuid legacy_id(std::string_view collection, std::string_view path) {
    std::string name(collection);
    name.push_back(':');
    name.append(path);
    return uuid5(k_uuid_namespace_dns, name);
}

}  // namespace ely::index
