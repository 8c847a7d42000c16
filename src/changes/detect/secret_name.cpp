#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "changes/detect/language.hpp"
#include "changes/detect/secret.hpp"

namespace ely::detect {
namespace {

struct Named {
    std::string_view name;
    std::string_view kind;
};

constexpr std::array k_exact_names{
    Named{".env", ".env file"},
    Named{"id_rsa", "SSH private key"},
    Named{"id_dsa", "SSH private key"},
    Named{"id_ecdsa", "SSH private key"},
    Named{"id_ed25519", "SSH private key"},
    Named{"id_ecdsa_sk", "SSH private key"},
    Named{"id_ed25519_sk", "SSH private key"},
    Named{".netrc", "login file"},
    Named{"_netrc", "login file"},
    Named{".pgpass", "database passwords"},
    Named{".git-credentials", "git credentials"},
    Named{".htpasswd", "password file"},
    Named{".dockercfg", "registry credentials"},
    Named{".vault-token", "Vault token"},
    Named{".s3cfg", "cloud credentials"},
    Named{".boto", "cloud credentials"},
    Named{"credentials.json", "cloud credentials"},
    Named{"secring.gpg", "PGP private key"},
    Named{"terraform.tfstate", "Terraform state"},
    Named{"terraform.tfstate.backup", "Terraform state"},
};

// Matched against the end of the path, a whole part or more.
constexpr std::array k_path_ends{
    Named{".aws/credentials", "cloud credentials"},      Named{".kube/config", "cluster credentials"},
    Named{"config/master.key", "Rails master key"},      Named{".gem/credentials", "registry credentials"},
    Named{".cargo/credentials", "registry credentials"}, Named{".cargo/credentials.toml", "registry credentials"},
};

constexpr std::array k_extensions{
    Named{"p12", "key store"},          Named{"pfx", "key store"},       Named{"jks", "key store"},
    Named{"keystore", "key store"},     Named{"ppk", "SSH private key"}, Named{"kdbx", "password database"},
    Named{"agekey", "age private key"},
};

// ".env.production" holds values; ".env.example" and ".env.local.sample" show which there are.
bool is_env_file(std::string_view name) {
    if (!name.starts_with(".env.")) return false;
    for (const auto part : split(name.substr(5), '.')) {
        const auto lower = to_lower_ascii(part);
        for (const std::string_view shown : {"example", "sample", "template", "dist", "tpl", "tmpl", "defaults",
                                             "schema", "j2", "erb", "md", "js", "ts", "py", "go", "rs", "json", "d"}) {
            if (lower == shown) return false;
        }
    }
    return true;
}

bool ends_with_parts(std::string_view path, std::string_view end) {
    return path.ends_with(end) && (path.size() == end.size() || path[path.size() - end.size() - 1] == '/');
}

// Is there a line "key=value" (or "key = value") with a value that is no reference to a variable?
bool has_assignment(std::string_view content, std::string_view key) {
    for (auto at = content.find(key); at != std::string_view::npos; at = content.find(key, at + 1)) {
        auto rest = content.substr(at + key.size());
        rest = trim(rest.substr(0, rest.find('\n')));
        if (rest.empty() || (rest.front() != '=' && rest.front() != ':')) continue;
        const auto value = trim(rest.substr(1));
        const bool reference = value.find('$') != std::string_view::npos || value.find('<') != std::string_view::npos ||
                               value.find('%') != std::string_view::npos || value.find("{{") != std::string_view::npos;
        if (value.size() >= 8 && !reference) return true;
    }
    return false;
}

}  // namespace

std::optional<std::string_view> secret_by_name(std::string_view path) {
    const auto name = file_name(path);
    for (const auto& named : k_exact_names) {
        if (named.name == name) return named.kind;
    }
    if (is_env_file(name)) return ".env file";
    for (const auto& named : k_path_ends) {
        if (ends_with_parts(path, named.name)) return named.kind;
    }
    const auto lower = to_lower_ascii(extension(path));
    for (const auto& named : k_extensions) {
        if (named.name == lower) return named.kind;
    }
    if (name.starts_with("client_secret") && lower == "json") return "cloud credentials";
    return std::nullopt;
}

std::optional<std::string_view> secret_by_name_and_content(std::string_view path, std::string_view content) {
    const auto name = file_name(path);
    if (name == ".npmrc") {
        if (has_assignment(content, "_authToken") || has_assignment(content, "_auth") ||
            has_assignment(content, "_password")) {
            return "registry credentials";
        }
    }
    if (name == ".pypirc" && has_assignment(content, "password")) return "registry credentials";
    if (ends_with_parts(path, ".docker/config.json") && has_assignment(content, "\"auth\""))
        return "registry credentials";
    if (name == ".yarnrc.yml" && has_assignment(content, "npmAuthToken")) return "registry credentials";
    return std::nullopt;
}

}  // namespace ely::detect
