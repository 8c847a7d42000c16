#include "embed/wordpiece.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <utf8proc.h>

namespace ely::embed {
namespace {

// Words of more characters become one [UNK].
constexpr std::size_t k_longest_word = 100;

constexpr bool is_cjk(std::int32_t c) {
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
           (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

// Unassigned characters stay, as they do in the reference.
bool is_dropped(std::int32_t c) {
    if (c == 0 || c == 0xFFFD) return true;
    if (c == '\t' || c == '\n' || c == '\r') return false;
    const auto category = utf8proc_category(c);
    return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_CO ||
           category == UTF8PROC_CATEGORY_CS;
}

bool is_space(std::int32_t c) {
    if (c == '\t' || c == '\n' || c == '\r' || c == ' ') return true;
    const auto category = utf8proc_category(c);
    return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

constexpr bool is_ascii_punctuation(std::int32_t c) {
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

bool is_punctuation(std::int32_t c) {
    if (c < 0x80) return is_ascii_punctuation(c);
    const auto category = utf8proc_category(c);
    return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

// What an ASCII character is to the tokenizer.
enum class Ascii : std::uint8_t { dropped, space, punctuation, word };

constexpr std::array<Ascii, 128> k_ascii = [] {
    std::array<Ascii, 128> kinds{};
    for (int c = 0; c < 128; ++c) {
        auto& kind = kinds[static_cast<std::size_t>(c)];
        if (c == '\t' || c == '\n' || c == '\r' || c == ' ') {
            kind = Ascii::space;
        } else if (c < ' ' || c == 0x7F) {
            kind = Ascii::dropped;
        } else {
            kind = is_ascii_punctuation(c) ? Ascii::punctuation : Ascii::word;
        }
    }
    return kinds;
}();

}  // namespace

// Normalizes a text character by character, and hands each word to the tokenizer as soon as it ends.
class WordSplitter {
  public:
    WordSplitter(const WordPiece& tokenizer, std::vector<std::uint32_t>& ids, std::size_t limit)
        : m_tokenizer(tokenizer), m_options(tokenizer.m_options), m_ids(ids), m_limit(limit) {}

    // Stops early when the limit is reached: what follows cannot matter then.
    void split(std::string_view text) {
        const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
        const auto* end = at + text.size();
        while (at < end && m_ids.size() < m_limit) {
            if (*at < 0x80) {
                add_ascii(static_cast<char>(*at++));
                continue;
            }
            utf8proc_int32_t character = 0;
            const auto length = utf8proc_iterate(at, end - at, &character);
            if (length > 0) add_wide(character);
            at += std::max<utf8proc_ssize_t>(length, 1);
        }
        end_word();
    }

  private:
    void add_ascii(char c) {
        switch (k_ascii[static_cast<unsigned char>(c)]) {
            case Ascii::dropped:
                return;
            case Ascii::space:
                return end_word();
            case Ascii::punctuation:
                return add_alone({&c, 1});
            case Ascii::word:
                if (m_options.lower_case && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
                m_word.push_back(c);
                ++m_characters;
        }
    }

    void add_wide(std::int32_t c) {
        if (is_dropped(c)) return;
        if (is_space(c)) return end_word();
        const bool apart = m_options.split_cjk && is_cjk(c);
        if (apart) end_word();
        if (m_options.strip_accents) {
            std::array<utf8proc_int32_t, 32> parts{};
            int boundary = 0;
            const auto count = utf8proc_decompose_char(c, parts.data(), parts.size(), UTF8PROC_DECOMPOSE, &boundary);
            for (utf8proc_ssize_t i = 0; i < count && i < static_cast<utf8proc_ssize_t>(parts.size()); ++i) {
                const auto part = parts[static_cast<std::size_t>(i)];
                if (utf8proc_category(part) != UTF8PROC_CATEGORY_MN) add_normalized(part);
            }
        } else {
            add_normalized(c);
        }
        if (apart) end_word();
    }

    void add_normalized(std::int32_t c) {
        if (m_options.lower_case) c = utf8proc_tolower(c);
        std::array<utf8proc_uint8_t, 4> bytes{};
        const auto length = static_cast<std::size_t>(utf8proc_encode_char(c, bytes.data()));
        const std::string_view encoded(reinterpret_cast<const char*>(bytes.data()), length);
        if (is_punctuation(c)) return add_alone(encoded);
        m_word += encoded;
        ++m_characters;
    }

    void add_alone(std::string_view punctuation) {
        end_word();
        m_tokenizer.append_word(punctuation, m_ids);
    }

    void end_word() {
        if (m_word.empty()) return;
        if (m_characters > k_longest_word) {
            m_ids.push_back(m_tokenizer.m_unknown);
        } else {
            m_tokenizer.append_word(m_word, m_ids);
        }
        m_word.clear();
        m_characters = 0;
    }

    const WordPiece& m_tokenizer;
    const WordPieceOptions& m_options;
    std::vector<std::uint32_t>& m_ids;
    std::size_t m_limit;
    std::string m_word;
    std::size_t m_characters = 0;
};

Result<WordPiece> WordPiece::from_vocabulary(std::string vocabulary, const WordPieceOptions& options) {
    WordPiece out;
    out.m_options = options;
    out.m_vocabulary = std::make_unique<const std::string>(std::move(vocabulary));
    const std::string_view text = *out.m_vocabulary;
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    out.m_starts.reserve(lines);
    out.m_continuations.reserve(lines / 4);
    for (std::size_t at = 0; at < text.size(); ++out.m_size) {
        const auto end = std::min(text.find('\n', at), text.size());
        auto piece = text.substr(at, end - at);
        at = end + 1;
        if (piece.ends_with('\r')) piece.remove_suffix(1);
        const auto id = static_cast<std::uint32_t>(out.m_size);
        const bool continues = piece.size() > 2 && piece.starts_with("##");
        if (continues) piece.remove_prefix(2);
        out.m_longest_piece = std::max(out.m_longest_piece, piece.size());
        (continues ? out.m_continuations : out.m_starts).insert_or_assign(piece, id);
    }
    for (const auto& [name, id] :
         {std::pair{"[UNK]", &out.m_unknown}, {"[CLS]", &out.m_classification}, {"[SEP]", &out.m_separator}}) {
        const auto found = out.m_starts.find(name);
        if (found == out.m_starts.end()) {
            return fail(Code::corrupt, std::string("the vocabulary has no ") + name);
        }
        *id = found->second;
    }
    return out;
}

std::vector<std::uint32_t> WordPiece::tokenize(std::string_view text, std::size_t limit) const {
    std::vector<std::uint32_t> ids;
    ids.reserve(std::min(limit, text.size() / 3 + 2));
    ids.push_back(m_classification);
    WordSplitter(*this, ids, limit - 1).split(text);
    ids.resize(std::min(ids.size(), limit - 1));
    ids.push_back(m_separator);
    return ids;
}

void WordPiece::append_word(std::string_view word, std::vector<std::uint32_t>& ids) const {
    const auto before = ids.size();
    const auto* pieces = &m_starts;
    while (!word.empty()) {
        auto length = std::min(word.size(), m_longest_piece);
        auto found = pieces->end();
        for (; length > 0; --length) {
            found = pieces->find(word.substr(0, length));
            if (found != pieces->end()) break;
        }
        if (length == 0) {
            ids.resize(before);
            ids.push_back(m_unknown);
            return;
        }
        ids.push_back(found->second);
        word.remove_prefix(length);
        pieces = &m_continuations;
    }
}

}  // namespace ely::embed
