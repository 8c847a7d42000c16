#include "changes/git/remote.hpp"

#include <array>
#include <optional>
#include <system_error>
#include <vector>

#include "base/hash.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

namespace ely::git {
namespace {

struct Scheme {
    std::string_view name;
    std::string_view default_port;
};

constexpr std::array k_schemes{Scheme{"https", "443"}, Scheme{"http", "80"},    Scheme{"ssh", "22"},
                               Scheme{"git", "9418"},  Scheme{"git+ssh", "22"}, Scheme{"ssh+git", "22"}};

tl::unexpected<Error> bad_address(std::string_view text, std::string_view why) {
    return fail(Code::usage,
                "not a repository address: \"" + printable(redact_urls(text)) + "\" (" + std::string(why) + ")",
                "give an https, ssh or file address, or the path of a repository");
}

std::string percent_decoded(std::string_view text) {
    const auto value = [](char c) -> int {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && value(text[i + 1]) >= 0 && value(text[i + 2]) >= 0) {
            out.push_back(static_cast<char>(value(text[i + 1]) * 16 + value(text[i + 2])));
            i += 2;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

// "//a//b.git/" -> "a/b".
std::string clean_path(std::string_view path) {
    std::vector<std::string> parts;
    for (const auto part : split(path, '/')) {
        if (!part.empty() && part != ".") parts.emplace_back(part);
    }
    auto out = join(parts, "/");
    if (out.ends_with(".git") && out.size() > 4 && out[out.size() - 5] != '/') out.resize(out.size() - 4);
    return out;
}

Result<Remote> local_remote(const Path& path, std::string url) {
    std::error_code code;
    auto absolute = std::filesystem::weakly_canonical(path, code);
    if (code) absolute = path.lexically_normal();
    auto text = absolute.string();
    while (text.size() > 1 && text.ends_with('/')) text.pop_back();
    // The work tree and its own .git folder are one repository.
    if (text.ends_with("/.git")) text.resize(text.size() - 5);
    auto base = Path(text).filename().string();
    if (base.ends_with(".git") && base.size() > 4) base.resize(base.size() - 4);
    if (base.empty()) base = "root";
    Remote out;
    out.name = to_valid_utf8("local/" + base + "-" + to_hex(sha1(text)).substr(0, 8));
    out.url = url.empty() ? text : std::move(url);
    out.shown = to_valid_utf8(out.url);
    out.local = true;
    return out;
}

// "user:secret@Host:8443" -> "host:8443" and, separately, what stood before the '@'.
struct Authority {
    std::string user;
    std::string host;
    std::string port;
};

Authority split_authority(std::string_view text) {
    Authority out;
    if (const auto at = text.rfind('@'); at != std::string_view::npos) {
        out.user = std::string(text.substr(0, at));
        text.remove_prefix(at + 1);
    }
    const auto bracket = text.rfind(']');
    const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    out.host = to_lower_ascii(text.substr(0, colon));
    if (colon != std::string_view::npos) out.port = std::string(text.substr(colon + 1));
    return out;
}

// A password, or a token in the name's place: nobody is called so.
bool holds_secret(std::string_view user, bool by_ssh) {
    constexpr std::size_t k_longest_name = 19;
    const auto colon = user.find(':');
    if (colon != std::string_view::npos && colon + 1 < user.size()) return true;
    return !by_ssh && user.size() > k_longest_name;
}

Result<Remote> url_remote(std::string_view text, const Scheme& scheme) {
    const auto start = text.find("://") + 3;
    const auto slash = text.find_first_of("/?#", start);
    if (slash == std::string_view::npos) return bad_address(text, "it names a host, but no repository");
    const auto authority = split_authority(text.substr(start, slash - start));
    // A query may hold a token; it is git's to use and nobody's to see.
    const auto query = text.find_first_of("?#", slash);
    const auto path = text.substr(slash, query == std::string_view::npos ? query : query - slash);
    const auto cleaned = clean_path(percent_decoded(path));
    if (authority.host.empty() || authority.host.starts_with('-')) return bad_address(text, "it names no host");
    if (cleaned.empty()) return bad_address(text, "it names a host, but no repository");
    Remote out;
    out.url = std::string(text);
    out.name = authority.host;
    if (!authority.port.empty() && authority.port != scheme.default_port) out.name += ":" + authority.port;
    out.name = to_valid_utf8(out.name + "/" + cleaned);
    // An address that works without the secret: ssh needs the user's name; elsewhere a helper gives both, and what
    // stands for a name may itself be a token.
    const bool by_ssh = scheme.name.find("ssh") != std::string_view::npos;
    const auto user = by_ssh ? authority.user.substr(0, authority.user.find(':')) : std::string();
    out.shown = text.substr(0, query);
    if (!authority.user.empty()) out.shown.replace(start, authority.user.size() + (user.empty() ? 1 : 0), user);
    if (holds_secret(authority.user, by_ssh)) {
        return fail(Code::usage,
                    "the address of " + printable(out.shown) + " holds a password or token, which process " +
                        "lists and logs would show",
                    "give it to git (git config credential.helper store; git credential approve), then use " +
                        printable(out.shown));
    }
    return out;
}

// git@github.com:pallets/flask.git; a colon before any slash makes it one.
std::optional<Remote> scp_remote(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || text.substr(0, colon).find('/') != std::string_view::npos) {
        return std::nullopt;
    }
    const auto authority = split_authority(text.substr(0, colon));
    const auto path = clean_path(text.substr(colon + 1));
    if (authority.host.empty() || path.empty() || authority.host.starts_with('-')) return std::nullopt;
    Remote out;
    out.url = std::string(text);
    out.name = to_valid_utf8(authority.host + "/" + path);
    // No place for a password in this form: the user before '@' is no secret.
    out.shown = to_valid_utf8(text);
    return out;
}

// "github.com/pallets/flask" without a scheme.
bool looks_like_host_path(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 >= text.size()) return false;
    const auto host = text.substr(0, slash);
    return host.find('.') != std::string_view::npos && host.front() != '.' && host.back() != '.' &&
           host.find_first_of(" \\~") == std::string_view::npos;
}

Result<Remote> file_remote(std::string_view text) {
    auto path = text.substr(7);
    if (path.starts_with("localhost/")) path.remove_prefix(9);
    if (!path.starts_with('/'))
        return bad_address(text, "a file address needs an absolute path, as in file:///srv/a.git");
    return local_remote(Path(percent_decoded(path)), std::string(text));
}

}  // namespace

Result<Remote> parse_remote(std::string_view text, const Path& folder, Existence existence) {
    text = trim(text);
    if (text.empty()) return bad_address(text, "it is empty");
    if (text.starts_with('-')) return bad_address(text, "it starts with a hyphen");
    if (text.find('\n') != std::string_view::npos || text.find('\0') != std::string_view::npos) {
        return bad_address(text, "it has control characters");
    }
    if (const auto scheme_end = text.find("://"); scheme_end != std::string_view::npos) {
        const auto name = to_lower_ascii(text.substr(0, scheme_end));
        if (name == "file") return file_remote(text);
        for (const auto& scheme : k_schemes) {
            if (scheme.name == name) return url_remote(text, scheme);
        }
        return bad_address(text, "the scheme is not one of https, http, ssh, git and file");
    }
    std::error_code code;
    const auto path = folder / expand_home(text);
    const bool path_like = text.front() == '/' || text.front() == '.' || text.front() == '~';
    if (std::filesystem::exists(path, code) || (path_like && existence == Existence::not_needed)) {
        return local_remote(path, {});
    }
    if (text.find("::") != std::string_view::npos)
        return bad_address(text, "transports that run programs are not used");
    if (!path_like) {
        if (auto remote = scp_remote(text)) return std::move(*remote);
        if (looks_like_host_path(text)) return url_remote("https://" + std::string(text), k_schemes.front());
    }
    return fail(Code::not_found, "there is no folder " + printable(path.string()),
                "give an https, ssh or file address, or the path of a repository");
}

}  // namespace ely::git
