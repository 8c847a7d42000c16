#include "changes/detect/inclusion.hpp"

#include "changes/detect/generated.hpp"
#include "changes/detect/secret.hpp"
#include "model/skip_reason.hpp"

namespace ely::detect {
namespace {

namespace skip = model::skip;

constexpr std::string_view k_ignore_file = ".elysiaignore";
constexpr std::string_view k_attributes_file = ".gitattributes";

// The reason that a path's conventions give; empty when they give none.
std::string_view default_reason(std::string_view path, const FileAttributes& attributes) {
    if (attributes.vendored.value_or(is_vendored(path))) return skip::k_vendored;
    if (is_lock_file(path)) return skip::k_lock_file;
    if (!attributes.generated.value_or(true)) return {};
    if (is_minified_by_name(path)) return skip::k_minified;
    if (attributes.generated.value_or(is_generated_by_name(path))) return skip::k_generated;
    return {};
}

}  // namespace

bool is_rule_file(std::string_view path) {
    const auto name = file_name(path);
    return name == k_ignore_file || name == k_attributes_file;
}

Inclusion::Inclusion(const InclusionOptions& options) : m_max_file_size(options.max_file_size) {
    for (const auto& pattern : options.include) m_include.add_pattern(pattern);
    for (const auto& pattern : options.exclude) m_exclude.add_pattern(pattern);
}

void Inclusion::add_rule_file(std::string_view path, std::string_view text) {
    const auto name = file_name(path);
    const auto folder = path.substr(0, path.size() - name.size());
    if (name == k_ignore_file) m_ignore.add_lines(text, folder);
    if (name == k_attributes_file) m_attributes.add(text, folder);
}

PathVerdict Inclusion::judge_path(std::string_view path) const {
    PathVerdict out;
    out.attributes = m_attributes.of(path);
    // First of all, so that no other rule's record says more about a secret than its path.
    if (secret_by_name(path)) {
        out.skip_reason = skip::k_secret;
        return out;
    }
    const auto ignored = m_ignore.match(path);
    out.kept = ignored == Match::taken_back;
    if (!m_include.empty() && m_include.match(path) != Match::yes) {
        out.skip_reason = skip::k_not_included;
    } else if (m_exclude.match(path) == Match::yes) {
        out.skip_reason = skip::k_excluded;
    } else if (ignored == Match::yes) {
        out.skip_reason = skip::k_ignored;
    } else if (const auto reason = default_reason(path, out.attributes); !reason.empty() && !out.kept) {
        out.skip_reason = reason;
    } else if (is_binary_by_name(path)) {
        out.skip_reason = skip::k_binary;
    }
    return out;
}

const Language* Inclusion::language(std::string_view path, const PathVerdict& verdict, std::string_view content) {
    if (!verdict.attributes.language.empty()) {
        if (const auto* language = language_by_name(verdict.attributes.language)) return language;
    }
    return language_of(path, content);
}

FileVerdict Inclusion::skipped(std::string_view path, const PathVerdict& verdict, std::string_view reason) const {
    FileVerdict out;
    out.skip_reason = reason;
    if (reason == skip::k_secret) return out;
    const bool is_text = reason != skip::k_binary && !is_binary_by_name(path);
    if (is_text && reason != skip::k_lfs_pointer) out.language = language(path, verdict, {});
    out.mime = mime_of(path, out.language, is_text && out.language != nullptr);
    return out;
}

FileVerdict Inclusion::judge_content(std::string_view path, const PathVerdict& verdict,
                                     std::string_view content) const {
    const auto skip_as = [&](std::string_view reason) { return skipped(path, verdict, reason); };
    if (!verdict.skip_reason.empty()) return skip_as(verdict.skip_reason);
    if (content.size() > m_max_file_size) return skip_as(skip::k_too_large);
    if (is_lfs_pointer(content)) return skip_as(skip::k_lfs_pointer);
    if (is_binary(content)) return skip_as(skip::k_binary);
    auto secret = secret_by_name_and_content(path, content);
    if (!secret) secret = secret_in(content);
    if (secret) {
        auto out = skip_as(skip::k_secret);
        out.secret_kind = *secret;
        return out;
    }
    FileVerdict out;
    out.language = language(path, verdict, content);
    const bool by_hand = verdict.kept || verdict.attributes.generated == false;
    const bool prose = out.language != nullptr && out.language->kind == LanguageKind::prose;
    if (!by_hand && !prose && has_generated_header(content)) return skip_as(skip::k_generated);
    if (!by_hand && is_minified(path, content)) return skip_as(skip::k_minified);
    out.mime = mime_of(path, out.language, true);
    return out;
}

}  // namespace ely::detect
