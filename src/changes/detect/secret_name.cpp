#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>

#include "base/text.hpp"
#include "changes/detect/language.hpp"
#include "changes/detect/made_up.hpp"
#include "changes/detect/secret.hpp"

namespace ely::detect {
namespace {

struct Named {
    std::string_view name;
    std::string_view kind;
};

// All in lower case, as names are compared.
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

// ".env.production" and "production.env" hold values; ".env.example" and "sample.env" show which there are, and
// ".env.ts" is code.
bool is_env_file(std::string_view name) {
    const bool starts = name.starts_with(".env.");
    if (!starts && !name.ends_with(".env")) return false;
    std::string parts(starts ? name.substr(5) : name.substr(0, name.size() - 4));
    std::ranges::replace_if(
        parts, [](char c) { return c == '-' || c == '_'; }, '.');
    for (const auto part : split(parts, '.')) {
        for (const std::string_view shown :
             {"example", "sample", "template", "dist", "tpl", "tmpl", "default", "defaults", "schema", "j2", "erb",
              "md", "js", "ts", "py", "go", "rs", "d"}) {
            if (part == shown) return false;
        }
    }
    return true;
}

bool ends_with_parts(std::string_view path, std::string_view end) {
    return path.ends_with(end) && (path.size() == end.size() || path[path.size() - end.size() - 1] == '/');
}

// ${VARIABLE}, <your token>, %(token)s, {{ .Values.token }}
bool is_reference(std::string_view value) {
    return value.find_first_of("$<%") != std::string_view::npos || value.find("{{") != std::string_view::npos;
}

constexpr std::size_t k_shortest_value = 8;

// Is there a line "key=value" (or "key = value") with a value that is no reference to a variable?
bool has_assignment(std::string_view content, std::string_view key) {
    for (auto at = content.find(key); at != std::string_view::npos; at = content.find(key, at + 1)) {
        auto rest = content.substr(at + key.size());
        rest = trim(rest.substr(0, rest.find('\n')));
        if (rest.empty() || (rest.front() != '=' && rest.front() != ':')) continue;
        const auto value = trim(rest.substr(1));
        if (value.size() >= k_shortest_value && !is_reference(value)) return true;
    }
    return false;
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](auto word) { return text.find(word) != std::string_view::npos; });
}

// "API_KEY", "db_password"; not "secretName" or "token_url".
bool promises_secret(std::string_view key) {
    const auto lower = to_lower_ascii(key);
    for (const std::string_view end : {"name", "ref", "url", "uri", "path", "file", "endpoint", "id"}) {
        if (lower.ends_with(end)) return false;
    }
    return lower.ends_with("key") ||
           contains_any(lower, {"password", "passwd", "passphrase", "secret", "token", "credential", "key_base"});
}

// The word before a sign, quotes and blanks left out.
std::string_view key_before(std::string_view text) {
    const auto end = text.find_last_not_of(" \t\"'");
    if (end == std::string_view::npos) return {};
    const auto key = text.substr(0, end + 1);
    const auto is_part = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    std::size_t start = key.size();
    while (start > 0 && is_part(key[start - 1])) --start;
    return key.substr(start);
}

std::string_view value_behind(std::string_view text) {
    const auto line = trim(text.substr(0, text.find('\n')));
    if (line.empty()) return line;
    if (line.front() == '"' || line.front() == '\'') return line.substr(1, line.find(line.front(), 1) - 1);
    return trim(line.substr(0, line.find_first_of(",}#;")));
}

// Does it give a literal value to a name that promises a secret? Templates and encrypted values don't.
bool has_secret_value(std::string_view content) {
    constexpr std::string_view k_signs = "=:";
    for (auto at = content.find_first_of(k_signs); at != std::string_view::npos;
         at = content.find_first_of(k_signs, at + 1)) {
        if (!promises_secret(key_before(content.substr(0, at)))) continue;
        const auto value = value_behind(content.substr(at + 1));
        if (value.size() < k_shortest_value || is_reference(value) || names_placeholder(value)) continue;
        // A YAML tag ("!vault |"), SOPS, 1Password.
        if (value.starts_with('!') || value.starts_with("ENC[") || value.starts_with("op://")) continue;
        if (!contains_any(to_lower_ascii(value), {"change", "replace", "xxxx", "****", "todo"})) return true;
    }
    return false;
}

bool is_secrets_file(std::string_view name) {
    return name == "secrets.yml" || name == "secrets.yaml" || name == "secrets.json" || name == "secrets.toml";
}

}  // namespace

std::optional<std::string_view> secret_by_name(std::string_view any_case_path) {
    const auto path = to_lower_ascii(any_case_path);
    const auto name = file_name(path);
    for (const auto& named : k_exact_names) {
        if (named.name == name) return named.kind;
    }
    if (is_env_file(name)) return ".env file";
    for (const auto& named : k_path_ends) {
        if (ends_with_parts(path, named.name)) return named.kind;
    }
    const auto ending = extension(path);
    for (const auto& named : k_extensions) {
        if (named.name == ending) return named.kind;
    }
    if (name.starts_with("client_secret") && ending == "json") return "cloud credentials";
    return std::nullopt;
}

std::optional<std::string_view> secret_by_name_and_content(std::string_view any_case_path, std::string_view content) {
    const auto path = to_lower_ascii(any_case_path);
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
    if (name == ".envrc" && has_secret_value(content)) return ".envrc file";
    if (is_secrets_file(name) && has_secret_value(content)) return "secrets file";
    return std::nullopt;
}

}  // namespace ely::detect
