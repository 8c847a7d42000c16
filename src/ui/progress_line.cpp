#include "ui/progress_line.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "ui/width.hpp"

namespace ely::ui {
namespace {

constexpr double k_redraw_seconds = 0.1;
constexpr double k_plain_seconds = 10;
// Before that a rate says little, and a guess of the time left even less.
constexpr double k_seconds_before_rate = 0.5;

double monotonic_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string count_text(const ProgressFacts& facts) {
    auto out = format_count(facts.done);
    if (facts.total > 0) out += " of " + format_count(facts.total);
    return out + " " + facts.unit;
}

}  // namespace

std::string progress_text(const ProgressFacts& facts, unsigned width) {
    auto out = facts.stage + ": " + count_text(facts);
    if (facts.total > 0) {
        const auto done = std::min(facts.done, facts.total);
        out += "  " + std::to_string(done * 100 / facts.total) + " %";
    }
    if (facts.seconds >= k_seconds_before_rate && facts.done > 0) {
        const double rate = static_cast<double>(facts.done) / facts.seconds;
        out += rate >= 10
                   ? "  " + format_count(static_cast<std::uint64_t>(std::llround(rate))) + " " + facts.unit + "/s"
                   : fmt::format("  {:.1f} {}/s", rate, facts.unit);
        if (facts.total > facts.done) {
            out += "  " + format_duration(static_cast<double>(facts.total - facts.done) / rate) + " left";
        }
    }
    return width == 0 ? out : cut_to_width(out, width);
}

ProgressLine::ProgressLine(Output& output, const Terminal& terminal, Mode mode, Seconds seconds)
    : m_output(&output),
      m_terminal(terminal),
      m_mode(mode),
      m_seconds(seconds ? std::move(seconds) : Seconds(monotonic_seconds)) {}

void ProgressLine::stage(std::string_view name, std::uint64_t total, std::string_view unit) {
    if (m_mode == Mode::silent) return;
    const std::lock_guard lock(m_mutex);
    const double now = m_seconds();
    m_facts = {std::string(name), std::string(unit), 0, total, 0};
    m_stage_start = now;
    m_next_show = now + (m_mode == Mode::plain ? k_plain_seconds : 0);
    if (m_mode == Mode::animated) show(now);
}

void ProgressLine::advance(std::uint64_t done, std::uint64_t total) {
    if (m_mode == Mode::silent) return;
    const double now = m_seconds();
    if (now < m_next_show.load(std::memory_order_relaxed)) return;
    const std::lock_guard lock(m_mutex);
    if (now < m_next_show.load(std::memory_order_relaxed)) return;
    m_facts.done = done;
    if (total > 0) m_facts.total = total;
    show(now);
}

void ProgressLine::note(std::string_view text) {
    if (m_mode == Mode::silent) return;
    const std::lock_guard lock(m_mutex);
    erase();
    m_output->line(printable(text));
    m_output->flush();
}

void ProgressLine::clear() {
    const std::lock_guard lock(m_mutex);
    erase();
}

void ProgressLine::show(double now) {
    m_facts.seconds = now - m_stage_start;
    if (m_mode == Mode::plain) {
        m_output->line(progress_text(m_facts, 0));
        m_next_show = now + k_plain_seconds;
    } else {
        // One column less than there are, lest the cursor wraps to the next line.
        const auto width = std::max(m_terminal.width, 20U) - 1;
        const auto text = progress_text(m_facts, width);
        m_output->write("\r\x1b[K" + Style(m_terminal.error_colour).dim(text));
        m_drawn = true;
        m_next_show = now + k_redraw_seconds;
    }
    m_output->flush();
}

void ProgressLine::erase() {
    if (!m_drawn) return;
    m_output->write("\r\x1b[K");
    m_output->flush();
    m_drawn = false;
}

}  // namespace ely::ui
