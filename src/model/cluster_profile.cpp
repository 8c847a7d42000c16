#include "model/cluster_profile.hpp"

#include <algorithm>
#include <charconv>

#include <sys/stat.h>

#include <fmt/core.h>

#include "base/text.hpp"
#include "model/cluster_environment.hpp"

namespace ely::model {
namespace {

constexpr std::size_t k_longest_name = 60;
constexpr std::size_t k_longest_key = 16'384;
constexpr std::string_view k_default_grpc_port = "50051";

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_variable_name(std::string_view name) {
    const bool letter_first = !name.empty() && (name.front() < '0' || name.front() > '9');
    return letter_first && std::ranges::all_of(name, [](char c) { return is_letter_or_digit(c) || c == '_'; });
}

bool is_port(std::string_view text) {
    unsigned port = 0;
    const auto* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, port);
    return error == std::errc() && at == end && port >= 1 && port <= 65535;
}

struct HostAndPort {
    std::string host;  // "[::1]" with its brackets
    std::string port;  // may be empty
};

std::optional<HostAndPort> parse_host(std::string_view text) {
    HostAndPort out;
    auto host_end = std::min(text.find(':'), text.size());
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        host_end = close + 1;
        const auto inner = text.substr(1, close - 1);
        constexpr std::string_view k_address_characters = "0123456789abcdefABCDEF:.";
        if (inner.empty() || inner.find_first_not_of(k_address_characters) != std::string_view::npos) {
            return std::nullopt;
        }
    } else {
        const auto in_name = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_'; };
        if (host_end == 0 || !std::ranges::all_of(text.substr(0, host_end), in_name)) return std::nullopt;
    }
    out.host = to_lower_ascii(text.substr(0, host_end));
    const auto rest = text.substr(host_end);
    if (rest.empty()) return out;
    if (!rest.starts_with(':') || !is_port(rest.substr(1))) return std::nullopt;
    out.port = rest.substr(1);
    return out;
}

struct Reference {
    std::size_t start = 0;
    std::size_t end = 0;  // behind the brace
    std::string variable;
};

// The next ${VARIABLE} at or behind `from`.
std::optional<Reference> next_reference(std::string_view text, std::size_t from) {
    const auto start = text.find("${", from);
    if (start == std::string_view::npos) return std::nullopt;
    const auto close = text.find('}', start);
    if (close == std::string_view::npos) return std::nullopt;
    return Reference{start, close + 1, std::string(text.substr(start + 2, close - start - 2))};
}

Result<void> check_header(const ClusterHeader& header) {
    constexpr std::string_view k_marks = "!#$%&'*+-.^_`|~";
    const auto in_name = [&](char c) { return is_letter_or_digit(c) || k_marks.find(c) != std::string_view::npos; };
    if (header.name.empty() || !std::ranges::all_of(header.name, in_name)) {
        return fail(Code::usage, fmt::format("\"{}\" cannot be a header's name", printable(header.name)),
                    "write --header NAME=VALUE, with ${VARIABLE} for what is secret");
    }
    if (header.value.empty() || std::ranges::any_of(header.value, is_control)) {
        return fail(Code::usage, fmt::format("the value of header {} is empty or has control characters", header.name));
    }
    for (auto at = next_reference(header.value, 0); at; at = next_reference(header.value, at->end)) {
        // What stands in the braces may be the secret itself: it is not repeated.
        if (!is_variable_name(at->variable)) {
            return fail(Code::usage, fmt::format("header {}: ${{…}} must hold a variable's name", header.name),
                        "write ${VARIABLE}, for example ${OPENAI_API_KEY}");
        }
    }
    return {};
}

Result<void> check_key_source(const ClusterProfile& profile) {
    if (!profile.api_key_env.empty() && !profile.api_key_file.empty()) {
        return fail(Code::usage, "the key is said to be in a variable and in a file", "give the one or the other");
    }
    // Somebody may have given the key in place of the name: it is not repeated.
    if (!profile.api_key_env.empty() && !is_variable_name(profile.api_key_env)) {
        return fail(Code::usage, "what is given as the key's variable is no variable's name",
                    "put the key into a variable, and give its name: --api-key-env WEAVIATE_API_KEY");
    }
    const bool has_key = !profile.api_key_env.empty() || !profile.api_key_file.empty();
    const auto is_authorization = [](const ClusterHeader& header) {
        return to_lower_ascii(header.name) == "authorization";
    };
    if (has_key && std::ranges::any_of(profile.headers, is_authorization)) {
        return fail(Code::usage, "a key and a header Authorization would both say who is asking",
                    "leave one of them out");
    }
    return {};
}

Result<void> check_distinct(const std::vector<std::string>& addresses) {
    for (auto one = addresses.begin(); one != addresses.end(); ++one) {
        if (std::find(std::next(one), addresses.end(), *one) == addresses.end()) continue;
        return fail(Code::usage, fmt::format("the address {} is given twice", *one));
    }
    return {};
}

// In their normal form afterwards.
Result<void> check_addresses(ClusterProfile& profile) {
    ELY_TRY_ASSIGN(profile.url, cluster_url(profile.url));
    const auto scheme = profile.url.substr(0, profile.url.find(':'));
    for (auto& url : profile.other_urls) {
        ELY_TRY_ASSIGN(url, cluster_url(url));
        if (url.substr(0, url.find(':')) == scheme) continue;
        return fail(Code::usage, fmt::format("{} and {} cannot be nodes of one cluster", profile.url, url),
                    "write http:// for all of them, or https://");
    }
    ELY_TRY(check_distinct(all_urls(profile)));
    if (profile.grpc.empty()) return {};
    const bool none = profile.grpc == k_no_grpc;
    if (none && profile.other_grpc.empty()) return {};
    if (none || std::ranges::find(profile.other_grpc, k_no_grpc) != profile.other_grpc.end()) {
        return fail(Code::usage, fmt::format("\"{}\" stands among gRPC addresses", k_no_grpc),
                    "write it alone, or leave it out");
    }
    ELY_TRY_ASSIGN(profile.grpc, grpc_address(profile.grpc));
    for (auto& address : profile.other_grpc) {
        ELY_TRY_ASSIGN(address, grpc_address(address));
    }
    return check_distinct(all_grpc(profile));
}

// One line end at the end is the editor's; anything else that is no key is refused, and never shown.
Result<std::string> checked_key(std::string key, const std::string& source) {
    if (key.ends_with('\n')) key.pop_back();
    if (key.ends_with('\r')) key.pop_back();
    if (key.empty()) return fail(Code::unauthorized, source + " has no key: it is empty", "put the key into it");
    const auto is_odd = [](char c) { return is_control(c) || c == ' '; };
    if (key.size() > k_longest_key || std::ranges::any_of(key, is_odd)) {
        return fail(Code::unauthorized, source + " has more than a key: blanks, lines or control characters",
                    "put the key alone into it");
    }
    return key;
}

Result<std::string> key_of_file(const Path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return fail(errno_error(errno, "key file " + file.string()));
    const auto name = "key file " + file.string();
    if (!S_ISREG(status.st_mode)) return fail(Code::usage, name + " is no file");
    if ((status.st_mode & 077U) != 0) {
        return fail(Code::unauthorized,
                    fmt::format("{} can be used by others than its owner (mode {:04o})", name, status.st_mode & 07777U),
                    "chmod 600 " + file.string());
    }
    ELY_TRY_ASSIGN(auto text, read_file_start(file, k_longest_key + 3));
    return checked_key(std::move(text), name);
}

Result<std::string> key_of(const ClusterProfile& profile, const Variable& variable) {
    if (!profile.api_key_file.empty()) return key_of_file(profile.api_key_file);
    if (profile.api_key_env.empty()) return std::string();
    auto value = variable(profile.api_key_env);
    if (!value) {
        return fail(Code::unauthorized,
                    fmt::format("the variable {}, which has the key, is not set", profile.api_key_env),
                    fmt::format("export {}=…", profile.api_key_env));
    }
    return checked_key(std::move(*value), "the variable " + profile.api_key_env);
}

Result<ClusterHeader> expanded(const ClusterHeader& header, const Variable& variable) {
    ClusterHeader out{header.name, {}};
    std::size_t from = 0;
    for (auto at = next_reference(header.value, 0); at; at = next_reference(header.value, at->end)) {
        const auto value = variable(at->variable);
        if (!value || value->empty()) {
            return fail(Code::unauthorized,
                        fmt::format("header {} needs the variable {}, which is not set", header.name, at->variable),
                        fmt::format("export {}=…", at->variable));
        }
        out.value += header.value.substr(from, at->start - from) + *value;
        from = at->end;
    }
    out.value += header.value.substr(from);
    if (std::ranges::any_of(out.value, is_control)) {
        return fail(
            Code::unauthorized,
            fmt::format("the value of header {} has control characters when its variables are put in", header.name));
    }
    return out;
}

}  // namespace

Result<void> check_cluster_name(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    if (name == k_embedded_cluster || name == k_environment_cluster) {
        return fail(Code::usage,
                    fmt::format("\"{}\" is no name for a profile: it means {}", name,
                                name == k_embedded_cluster ? "the store in a file here" : "the standard variables"),
                    "choose another name");
    }
    const bool good = !name.empty() && name.size() <= k_longest_name && name.front() != '-' && name.front() != '_' &&
                      std::ranges::all_of(name, allowed);
    if (good) return {};
    return fail(Code::usage, fmt::format("\"{}\" cannot be a cluster's name", printable(name)),
                "use small letters, digits, '_' and '-', a letter or digit first");
}

Result<std::string> cluster_url(std::string_view text) {
    const auto colon = text.find("://");
    const auto scheme = colon == std::string_view::npos ? std::string() : to_lower_ascii(text.substr(0, colon));
    auto rest = colon == std::string_view::npos ? text : text.substr(colon + 3);
    // Before anything else, so that no message shows them.
    if (rest.find('@') != std::string_view::npos) {
        return fail(Code::usage, "the URL has credentials in it",
                    "leave them out, and give the key with --api-key-env VARIABLE or --api-key-file FILE");
    }
    if (scheme != "http" && scheme != "https") {
        return fail(Code::usage, fmt::format("\"{}\" is no address of a cluster", printable(text)),
                    "write http://host:8080 or https://host");
    }
    while (rest.ends_with('/')) rest.remove_suffix(1);
    const auto host = parse_host(rest);
    if (!host) {
        return fail(Code::usage, fmt::format("\"{}\" is more, or less, than host and port", printable(text)),
                    "write http://host:8080 or https://host, without a path");
    }
    return scheme + "://" + host->host + (host->port.empty() ? "" : ":" + host->port);
}

Result<std::string> grpc_address(std::string_view text) {
    if (text.find('@') != std::string_view::npos) {
        return fail(Code::usage, "the gRPC address has credentials in it",
                    "leave them out, and give the key with --api-key-env VARIABLE or --api-key-file FILE");
    }
    const auto host = parse_host(text);
    if (!host) {
        return fail(Code::usage, fmt::format("\"{}\" is no gRPC address", printable(text)),
                    "write host:50051, without http://");
    }
    return host->host + ":" + (host->port.empty() ? std::string(k_default_grpc_port) : host->port);
}

std::string default_grpc_address(std::string_view url) {
    const auto host = parse_host(url.substr(url.find("://") + 3)).value_or(HostAndPort{}).host;
    if (host.ends_with(".weaviate.network")) {
        const auto dot = host.find('.');
        return host.substr(0, dot) + ".grpc" + host.substr(dot) + ":443";
    }
    if (host.ends_with(".weaviate.cloud")) return "grpc-" + host + ":443";
    return host + ":" + std::string(k_default_grpc_port);
}

std::vector<std::string> split_addresses(const std::string& text) {
    return text.find('@') == std::string::npos ? split_list(text) : std::vector{text};
}

void set_urls(ClusterProfile& profile, const std::vector<std::string>& urls) {
    profile.other_urls = urls;
    profile.url = urls.empty() ? std::string() : urls.front();
    if (!urls.empty()) profile.other_urls.erase(profile.other_urls.begin());
}

void set_grpc(ClusterProfile& profile, const std::vector<std::string>& addresses) {
    profile.other_grpc = addresses;
    profile.grpc = addresses.empty() ? std::string() : addresses.front();
    if (!addresses.empty()) profile.other_grpc.erase(profile.other_grpc.begin());
}

std::vector<std::string> all_urls(const ClusterProfile& profile) {
    std::vector<std::string> out{profile.url};
    out.insert(out.end(), profile.other_urls.begin(), profile.other_urls.end());
    return out;
}

std::vector<std::string> all_grpc(const ClusterProfile& profile) {
    std::vector<std::string> out;
    if (profile.grpc == k_no_grpc) return out;
    if (profile.grpc.empty()) {
        for (const auto& url : all_urls(profile)) out.push_back(default_grpc_address(url));
        return out;
    }
    out.push_back(profile.grpc);
    out.insert(out.end(), profile.other_grpc.begin(), profile.other_grpc.end());
    return out;
}

Result<ClusterProfile> checked_profile(ClusterProfile profile) {
    ELY_TRY(check_cluster_name(profile.name));
    ELY_TRY(check_addresses(profile));
    for (std::size_t i = 0; i < profile.headers.size(); ++i) {
        ELY_TRY(check_header(profile.headers[i]));
        for (std::size_t j = 0; j < i; ++j) {
            if (to_lower_ascii(profile.headers[i].name) != to_lower_ascii(profile.headers[j].name)) continue;
            return fail(Code::usage, fmt::format("header {} is given twice", profile.headers[i].name));
        }
    }
    ELY_TRY(check_key_source(profile));
    for (const auto& path : {profile.api_key_file, profile.ca_file}) {
        if (!std::ranges::any_of(path.string(), is_control)) continue;
        return fail(Code::usage, fmt::format("the path {} has control characters", printable(path.string())));
    }
    if (!profile.ca_file.empty() && !profile.url.starts_with("https://")) {
        return fail(Code::usage, "certificates are of no use with http://", "write https://, or leave --ca-file out");
    }
    return profile;
}

Result<ClusterAccess> cluster_access(const ClusterProfile& profile, const Variable& variable) {
    ClusterAccess out;
    out.name = profile.name;
    out.url = profile.url;
    out.other_urls = profile.other_urls;
    out.other_grpc = all_grpc(profile);
    if (!out.other_grpc.empty()) {
        out.grpc = out.other_grpc.front();
        out.other_grpc.erase(out.other_grpc.begin());
    }
    out.grpc_tls = profile.url.starts_with("https://");
    out.ca_file = profile.ca_file;
    const auto context = "cluster " + profile.name;
    auto key = key_of(profile, variable);
    if (!key) return fail(std::move(key).error(), context);
    out.api_key = std::move(*key);
    for (const auto& header : profile.headers) {
        auto value = expanded(header, variable);
        if (!value) return fail(std::move(value).error(), context);
        out.headers.push_back(std::move(*value));
    }
    std::error_code code;
    if (!profile.ca_file.empty() && !std::filesystem::is_regular_file(profile.ca_file, code)) {
        return fail(Error{Code::not_found, "there is no file of certificates " + profile.ca_file.string(), {}, {}, 0},
                    context);
    }
    return out;
}

std::string shown_header_value(std::string_view value) {
    constexpr std::string_view k_stars = "***";
    std::string out;
    std::size_t from = 0;
    for (auto at = next_reference(value, 0); at; at = next_reference(value, at->end)) {
        if (at->start > from) out += k_stars;
        out += value.substr(at->start, at->end - at->start);
        from = at->end;
    }
    if (from < value.size()) out += k_stars;
    return out;
}

bool has_written_secret(const ClusterProfile& profile) {
    return std::ranges::any_of(
        profile.headers, [](const ClusterHeader& header) { return shown_header_value(header.value) != header.value; });
}

}  // namespace ely::model
