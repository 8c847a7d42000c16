#include "chunk/testing/checks.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace ely::chunk::testing {
namespace {

// Lines with their ends, split in the plainest way.
std::vector<std::string_view> split_lines(std::string_view content) {
    if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
    std::vector<std::string_view> out;
    while (!content.empty()) {
        const auto end = std::min(content.find('\n'), content.size() - 1) + 1;
        out.push_back(content.substr(0, end));
        content.remove_prefix(end);
    }
    return out;
}

bool has_text(std::string_view line) {
    return line.find_first_not_of(" \t\r\n\f\v") != std::string_view::npos;
}

std::string joined(const std::vector<std::string_view>& lines, std::size_t first, std::size_t end) {
    std::string out;
    for (auto i = first; i < end; ++i) out += lines[i];
    if (out.ends_with('\n')) out.pop_back();
    if (out.ends_with('\r')) out.pop_back();
    return out;
}

}  // namespace

std::optional<std::string> fault(std::string_view content, const std::vector<model::Chunk>& chunks) {
    const auto lines = split_lines(content);
    std::size_t next = 0;  // the first line that is in no chunk so far
    for (const auto& chunk : chunks) {
        const auto where = fmt::format("chunk {}-{}: ", chunk.start_line, chunk.end_line);
        if (chunk.start_line < next + 1) return where + "starts before the one before it has ended";
        if (chunk.end_line < chunk.start_line || chunk.end_line > lines.size()) return where + "has no such lines";
        for (; next + 1 < chunk.start_line; ++next) {
            if (has_text(lines[next])) return fmt::format("line {} is in no chunk", next + 1);
        }
        if (chunk.text != joined(lines, chunk.start_line - 1, chunk.end_line)) return where + "has another text";
        if (!has_text(lines[chunk.start_line - 1]) || !has_text(lines[chunk.end_line - 1])) {
            return where + "starts or ends with a blank line";
        }
        if (chunk.kind.empty()) return where + "has no kind";
        next = chunk.end_line;
    }
    for (; next < lines.size(); ++next) {
        if (has_text(lines[next])) return fmt::format("line {} is in no chunk", next + 1);
    }
    return std::nullopt;
}

}  // namespace ely::chunk::testing
