#include "changes/detect/language.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

#include "base/text.hpp"

namespace ely::detect {
namespace {

using Index = std::unordered_map<std::string, const Language*>;

// The first language that claims a key keeps it.
Index make_index(std::string_view Language::*column) {
    Index out;
    for (const auto& language : languages()) {
        for (const auto key : split(language.*column, ' ')) {
            if (!key.empty()) out.emplace(std::string(key), &language);
        }
    }
    return out;
}

const Language* find(const Index& index, std::string_view key) {
    const auto found = index.find(std::string(key));
    return found == index.end() ? nullptr : found->second;
}

const Language* by_interpreter(std::string_view line) {
    static const Index k_index = make_index(&Language::interpreters);
    auto words = split(trim(line.substr(2)), ' ');
    std::erase_if(words, [](auto word) { return word.empty(); });
    std::size_t at = 0;
    if (at < words.size() && file_name(words[at]) == "env") {
        ++at;
        while (at < words.size() && (words[at].starts_with('-') || words[at].find('=') != std::string_view::npos)) ++at;
    }
    if (at >= words.size()) return nullptr;
    auto name = file_name(words[at]);
    if (const auto* language = find(k_index, name)) return language;
    // python3.11, lua5.3
    while (!name.empty() && (name.back() == '.' || (name.back() >= '0' && name.back() <= '9'))) name.remove_suffix(1);
    return find(k_index, name);
}

// The header ".h" is C's unless it says that it is not; a MATLAB file shares ".m" with Objective-C, and so on.
const Language* settle(const Language* language, std::string_view ext, std::string_view start) {
    const auto has = [&](std::string_view words) { return start.find(words) != std::string_view::npos; };
    const auto is = [&](std::string_view name) { return ext.size() == name.size() && to_lower_ascii(ext) == name; };
    if (is("h")) {
        if (has("@interface") || has("@protocol") || has("@property")) return language_by_name("Objective-C");
        if (has("\nnamespace ") || has("\ntemplate") || has("\nclass ") || has("std::") || has("#include <string>") ||
            has("#include <vector>") || has("#include <memory>") || has("constexpr ") || has("\npublic:")) {
            return language_by_name("C++");
        }
    }
    if (is("m") && !has("@") && !has("#import") && !has("#include") && (has("function ") || has("%"))) {
        return language_by_name("MATLAB");
    }
    if (is("ts") && start.starts_with("<?xml")) return language_by_name("XML");
    if (is("pl") && has(":- ")) return language_by_name("Prolog");
    if (is("v") && has("Require Import")) return language_by_name("Coq");
    return language;
}

struct MediaType {
    std::string_view extensions;
    std::string_view mime;
};

constexpr std::array k_media_types{
    MediaType{"png", "image/png"},
    MediaType{"jpg jpeg jpe", "image/jpeg"},
    MediaType{"gif", "image/gif"},
    MediaType{"webp", "image/webp"},
    MediaType{"avif", "image/avif"},
    MediaType{"bmp", "image/bmp"},
    MediaType{"ico", "image/vnd.microsoft.icon"},
    MediaType{"icns", "image/icns"},
    MediaType{"tif tiff", "image/tiff"},
    MediaType{"psd", "image/vnd.adobe.photoshop"},
    MediaType{"pdf", "application/pdf"},
    MediaType{"zip", "application/zip"},
    MediaType{"gz tgz", "application/gzip"},
    MediaType{"bz2 tbz2", "application/x-bzip2"},
    MediaType{"xz txz", "application/x-xz"},
    MediaType{"zst", "application/zstd"},
    MediaType{"7z", "application/x-7z-compressed"},
    MediaType{"rar", "application/vnd.rar"},
    MediaType{"tar", "application/x-tar"},
    MediaType{"jar war ear aar", "application/java-archive"},
    MediaType{"class", "application/java-vm"},
    MediaType{"whl egg nupkg vsix apk ipa", "application/zip"},
    MediaType{"exe dll msi sys", "application/vnd.microsoft.portable-executable"},
    MediaType{"so dylib a o obj lib ko pyc pyo pyd rlib wasm dex elc beam", "application/octet-stream"},
    MediaType{"woff", "font/woff"},
    MediaType{"woff2", "font/woff2"},
    MediaType{"ttf", "font/ttf"},
    MediaType{"otf", "font/otf"},
    MediaType{"eot", "application/vnd.ms-fontobject"},
    MediaType{"mp3", "audio/mpeg"},
    MediaType{"wav", "audio/wav"},
    MediaType{"ogg oga opus", "audio/ogg"},
    MediaType{"flac", "audio/flac"},
    MediaType{"m4a aac", "audio/mp4"},
    MediaType{"mp4 m4v", "video/mp4"},
    MediaType{"mov", "video/quicktime"},
    MediaType{"avi", "video/x-msvideo"},
    MediaType{"mkv", "video/x-matroska"},
    MediaType{"webm", "video/webm"},
    MediaType{"doc dot", "application/msword"},
    MediaType{"xls", "application/vnd.ms-excel"},
    MediaType{"ppt", "application/vnd.ms-powerpoint"},
    MediaType{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    MediaType{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    MediaType{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    MediaType{"odt ods odp odg", "application/vnd.oasis.opendocument"},
    MediaType{"sqlite sqlite3 db", "application/vnd.sqlite3"},
    MediaType{"parquet", "application/vnd.apache.parquet"},
    MediaType{"jks keystore p12 pfx", "application/x-pkcs12"},
};

std::unordered_map<std::string, std::string_view> make_media_index() {
    std::unordered_map<std::string, std::string_view> out;
    for (const auto& type : k_media_types) {
        for (const auto key : split(type.extensions, ' ')) out.emplace(std::string(key), type.mime);
    }
    return out;
}

}  // namespace

std::string_view file_name(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view extension(std::string_view path) {
    const auto name = file_name(path);
    const auto dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? std::string_view() : name.substr(dot + 1);
}

const Language* language_by_path(std::string_view path) {
    static const Index k_names = make_index(&Language::file_names);
    static const Index k_extensions = make_index(&Language::extensions);
    const auto name = file_name(path);
    if (const auto* language = find(k_names, name)) return language;
    if (name.starts_with("Dockerfile.") || name.starts_with("Containerfile.")) return find(k_names, "Dockerfile");
    // The longest extension that is known: "view.blade.php" before "php".
    const auto lower = to_lower_ascii(name);
    for (auto dot = lower.find('.', 1); dot != std::string::npos; dot = lower.find('.', dot + 1)) {
        if (const auto* language = find(k_extensions, std::string_view(lower).substr(dot + 1))) return language;
    }
    if (name.starts_with("README") || name.starts_with("LICENSE")) return language_by_name("Text");
    return nullptr;
}

const Language* language_of(std::string_view path, std::string_view start) {
    constexpr std::size_t k_looked_at = 16384;
    start = start.substr(0, k_looked_at);
    const auto ext = extension(path);
    if (const auto* language = language_by_path(path)) return settle(language, ext, start);
    if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);
    if (start.starts_with("#!")) return by_interpreter(start.substr(0, start.find('\n')));
    if (start.starts_with("<?xml")) return language_by_name("XML");
    if (start.starts_with("<?php")) return language_by_name("PHP");
    if (start.starts_with("<!DOCTYPE html") || start.starts_with("<!doctype html")) return language_by_name("HTML");
    return nullptr;
}

const Language* language_by_name(std::string_view name) {
    static const Index k_index = [] {
        Index out;
        for (const auto& language : languages()) {
            auto key = to_lower_ascii(language.name);
            out.emplace(key, &language);
            // .gitattributes cannot have blanks in a value: linguist reads "-" for them.
            std::replace(key.begin(), key.end(), ' ', '-');
            out.emplace(std::move(key), &language);
        }
        return out;
    }();
    return find(k_index, to_lower_ascii(name));
}

std::string_view mime_of(std::string_view path, const Language* language, bool is_text) {
    static const auto k_index = make_media_index();
    if (language != nullptr && (is_text || language->mime.starts_with("image/"))) return language->mime;
    const auto found = k_index.find(to_lower_ascii(extension(path)));
    if (found != k_index.end()) return found->second;
    return is_text ? "text/plain" : "application/octet-stream";
}

}  // namespace ely::detect
