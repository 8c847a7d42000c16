#pragma once

// A cluster as the user names it: where a Weaviate is, where its key lies, what else to send. A profile has no secret
// in it that was not written there on purpose, in a header; ClusterAccess is what it becomes for a connection, secrets
// read. Nothing here connects, and nothing prints an access. The file of profiles is cluster_file.hpp's.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"

namespace ely::model {

// The store that is no cluster: collections in a file here.
inline constexpr std::string_view k_embedded_cluster = "embedded";

// In the place of a gRPC address: there is none to be reached, objects travel over REST.
inline constexpr std::string_view k_no_grpc = "none";

struct ClusterHeader {
    std::string name;
    std::string value;  // ${VARIABLE} stands for the variable's value when a connection is made
    bool operator==(const ClusterHeader&) const = default;
};

struct ClusterProfile {
    std::string name;
    std::string url;   // "http://host:8080", no trailing slash
    std::string grpc;  // "host:50051"; empty: as default_grpc_address() has it; k_no_grpc
    // Further addresses of the same cluster: its other nodes. Without any of gRPC, the default ones of other_urls.
    std::vector<std::string> other_urls = {};
    std::vector<std::string> other_grpc = {};
    std::string api_key_env;  // the variable that has the key; or
    Path api_key_file;        // the file that has it; neither: no key
    Path ca_file;             // certificates of authorities beside the system's
    std::vector<ClusterHeader> headers;
    bool operator==(const ClusterProfile&) const = default;
};

// With its secrets: never printed, never logged, never written to a file.
struct ClusterAccess {
    std::string name;
    std::string url;
    std::string grpc;  // "host:port"; empty: none is to be used
    std::vector<std::string> other_urls = {};
    std::vector<std::string> other_grpc = {};
    bool grpc_tls = false;
    std::string api_key;  // empty: none
    Path ca_file;         // empty: the system's authorities
    std::vector<ClusterHeader> headers;
};

using Variable = std::function<std::optional<std::string>(const std::string&)>;

// usage: not small letters, digits, '_' and '-', or a name that means something else.
[[nodiscard]] Result<void> check_cluster_name(std::string_view name);

// "https://Host:8443/" -> "https://host:8443". usage for another scheme, a path, and for credentials, which the error
// does not repeat.
[[nodiscard]] Result<std::string> cluster_url(std::string_view text);
// "host" or "host:port" -> "host:port", 50051 by default.
[[nodiscard]] Result<std::string> grpc_address(std::string_view text);
// Of a URL that cluster_url() gave: the same host, 50051; for Weaviate Cloud's hosts, where it is theirs.
[[nodiscard]] std::string default_grpc_address(std::string_view url);

// "http://a:8080, http://b:8080" to its parts; left whole when it has credentials in it, of which no part may be shown.
[[nodiscard]] std::vector<std::string> split_addresses(const std::string& text);
// The first of them is url, the rest other_urls; gRPC addresses alike.
void set_urls(ClusterProfile& profile, const std::vector<std::string>& urls);
void set_grpc(ClusterProfile& profile, const std::vector<std::string>& addresses);
// The first and the others.
[[nodiscard]] std::vector<std::string> all_urls(const ClusterProfile& profile);
// With the default ones filled in; empty when there are none.
[[nodiscard]] std::vector<std::string> all_grpc(const ClusterProfile& profile);

// The profile as it may be kept: addresses in their normal form, names and paths checked. It asks for no secret.
[[nodiscard]] Result<ClusterProfile> checked_profile(ClusterProfile profile);

// With its secrets read. unauthorized when a key or a variable is missing, empty, or lies in a file that others can
// read.
[[nodiscard]] Result<ClusterAccess> cluster_access(const ClusterProfile& profile, const Variable& variable);

// A header's value as it may be shown: ${VARIABLE} as it stands, everything else as stars.
[[nodiscard]] std::string shown_header_value(std::string_view value);
// Whether a value stands in some header itself, rather than in a variable.
[[nodiscard]] bool has_written_secret(const ClusterProfile& profile);

}  // namespace ely::model
