#include "chunk/pack.hpp"

#include <algorithm>
#include <optional>

namespace ely::chunk {
namespace {

constexpr std::size_t k_longest_joined_symbol = 160;
// A chunk that says this little (a closing brace, an #endif) is not worth having; what it hangs on may grow by as much.
constexpr std::uint32_t k_scrap_pieces = 8;
// Something so small joins its neighbour as long as both fit.
constexpr std::uint32_t k_small_pieces = 16;

class Packer {
  public:
    Packer(const Lines& lines, const Options& options) : m_lines(lines), m_options(options) {}

    void add(const Unit& unit) {
        const auto range = m_lines.trimmed(unit.lines);
        if (range.empty()) return;
        if (joins(unit, range)) {
            join(unit, range);
            return;
        }
        flush();
        m_open = Open{range, unit.owner, unit.kind, std::string(unit.symbol), m_lines.pieces(range)};
    }

    std::vector<model::Chunk> finish() {
        flush();
        return std::move(m_chunks);
    }

  private:
    // The chunk that is being put together.
    struct Open {
        LineRange lines;
        std::string_view owner;
        std::string_view kind;
        std::string symbol;
        std::uint32_t largest;  // pieces of the definition that gives the chunk its kind
    };

    [[nodiscard]] bool joins(const Unit& unit, LineRange range) const {
        if (!m_open) return false;
        const LineRange both{m_open->lines.first, range.end};
        const auto total = m_lines.pieces(both);
        if (both.size() > m_options.max_lines) return false;
        const auto most = m_options.max_pieces + k_scrap_pieces;
        if (unit.kind.empty() && m_lines.pieces(range) <= k_scrap_pieces && only_closes(range)) return total <= most;
        if (unit.owner != m_open->owner) return false;
        const auto smaller = std::min(m_lines.pieces(m_open->lines), m_lines.pieces(range));
        return total <= (smaller <= k_small_pieces ? most : m_options.merge_pieces);
    }

    // Nothing but punctuation and words that close blocks.
    [[nodiscard]] bool only_closes(LineRange range) const {
        const auto text = m_lines.text(range);
        for (std::size_t at = 0; at < text.size();) {
            auto end = at;
            while (end < text.size() && is_letter(text[end])) ++end;
            const auto word = text.substr(at, end - at);
            if (!word.empty() && word != "end" && word != "endif" && word != "fi" && word != "done") return false;
            at = std::max(end, at + 1);
        }
        return true;
    }

    static bool is_letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
    }

    void join(const Unit& unit, LineRange range) {
        m_open->lines.end = range.end;
        if (unit.kind.empty()) return;
        if (m_open->kind.empty()) {
            m_open->symbol = unit.symbol;
        } else if (m_open->symbol.size() + 2 + unit.symbol.size() <= k_longest_joined_symbol) {
            m_open->symbol += ", ";
            m_open->symbol += unit.symbol;
        }
        const auto pieces = m_lines.pieces(range);
        if (!m_open->kind.empty() && pieces <= m_open->largest) return;
        m_open->kind = unit.kind;
        m_open->largest = pieces;
    }

    void flush() {
        if (!m_open) return;
        auto rest = m_open->lines;
        while (!rest.empty()) {
            const auto part = fits(rest) ? rest : first_part(rest);
            emit(part);
            rest = m_lines.trimmed({part.end, rest.end});
        }
        m_open.reset();
    }

    [[nodiscard]] bool fits(LineRange range) const {
        return m_lines.pieces(range) <= m_options.max_pieces + k_scrap_pieces && range.size() <= m_options.max_lines;
    }

    // The first of the parts of about equal size that the lines make: ended before the line that is indented least,
    // rather after a blank line, rather near the equal share.
    [[nodiscard]] LineRange first_part(LineRange range) const {
        const auto total = m_lines.pieces(range);
        const auto parts = std::max((total + m_options.max_pieces - 1) / m_options.max_pieces,
                                    (range.size() + m_options.max_lines - 1) / m_options.max_lines);
        const auto share = std::max(total / std::max(parts, 1U), 1U);
        auto best = range.first + 1;
        auto best_score = 0xFFFFFFFFU;
        for (auto at = range.first + 1; at < range.end && at - range.first <= m_options.max_lines; ++at) {
            const auto pieces = m_lines.pieces({range.first, at});
            if (pieces > m_options.max_pieces) break;
            const auto distance = pieces > share ? pieces - share : share - pieces;
            // Until half a share is reached a later end is better, whatever it looks like.
            const auto score = pieces * 2 < share ? 0xFFFFFFFE - pieces : break_score(at) + distance * 40 / share;
            if (score > best_score) continue;
            best = at;
            best_score = score;
        }
        return {range.first, best};
    }

    // Of ending a part before line `at`; less is better.
    [[nodiscard]] std::uint32_t break_score(std::uint32_t at) const {
        if (m_lines.blank(at)) return 1000;
        const auto indentation = std::min<std::uint32_t>(m_lines.indentation(at), 60);
        // A closing brace belongs to what is before it.
        return indentation * 4 + (m_lines.blank(at - 1) ? 0U : 6U) + (only_closes({at, at + 1}) ? 24U : 0U);
    }

    void emit(LineRange range) {
        range = m_lines.trimmed(range);
        if (range.empty()) return;
        model::Chunk chunk;
        chunk.symbol = m_open->symbol;
        chunk.kind = m_open->kind.empty() ? "lines" : m_open->kind;
        chunk.start_line = range.first + 1;
        chunk.end_line = range.end;
        chunk.text = m_lines.text(range);
        m_chunks.push_back(std::move(chunk));
    }

    const Lines& m_lines;
    const Options& m_options;
    std::optional<Open> m_open;
    std::vector<model::Chunk> m_chunks;
};

}  // namespace

std::vector<model::Chunk> pack(const Lines& lines, const std::vector<Unit>& units, const Options& options) {
    Packer packer(lines, options);
    for (const auto& unit : units) packer.add(unit);
    return packer.finish();
}

std::vector<model::Chunk> pack_lines(const Lines& lines, const Options& options) {
    return pack(lines, {Unit{lines.all(), {}, {}, {}}}, options);
}

}  // namespace ely::chunk
