#include "chunk/skim/skim.hpp"

#include <algorithm>

namespace ely::chunk {

void Skimmed::cut(std::size_t from, std::size_t to) {
    m_text.append(m_whole, m_copied, from - m_copied);
    const auto before = m_gaps.empty() ? 0 : m_gaps.back().removed;
    m_gaps.push_back({m_text.size(), before + (to - from)});
    m_copied = to;
}

void Skimmed::replace(std::size_t from, std::size_t to, char placeholder) {
    cut(from, to - 1);
    m_text.push_back(placeholder);
    m_copied = to;
}

void Skimmed::finish() {
    m_text.append(m_whole, m_copied);
    m_copied = m_whole.size();
}

std::size_t Skimmed::position(std::size_t at) const {
    const auto after =
        std::upper_bound(m_gaps.begin(), m_gaps.end(), at, [](std::size_t p, const Gap& gap) { return p < gap.at; });
    return after == m_gaps.begin() ? at : at + (after - 1)->removed;
}

std::optional<Skimmed> skim(Lexis lexis, std::string_view text) {
    Skimmed out(text);
    const bool balanced = [&] {
        switch (lexis) {
            case Lexis::none:
                return false;
            case Lexis::script:
                return skim_script(text, out);
            case Lexis::python:
                return skim_python(text, out);
            case Lexis::ruby:
                return skim_ruby(text, out);
            case Lexis::c:
            case Lexis::cpp:
            case Lexis::java:
            case Lexis::csharp:
            case Lexis::go:
            case Lexis::rust:
            case Lexis::php:
                return skim_braces(lexis, text, out);
        }
        return false;
    }();
    if (!balanced) return std::nullopt;
    out.finish();
    if (out.text().size() + out.text().size() / 16 > text.size()) return std::nullopt;
    return out;
}

}  // namespace ely::chunk
