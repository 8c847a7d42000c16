#pragma once

// Shows a pipeline's progress on standard error: on a terminal one line that is drawn over (what, how many, rate, time
// left), elsewhere a plain line now and then, so that a log stays short. A stage's end is told by whoever reports the
// result; this leaves nothing behind on a terminal.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "model/progress.hpp"
#include "ui/output.hpp"
#include "ui/terminal.hpp"

namespace ely::ui {

// "scanning   1,204 of 3,000 files  40 %  812 files/s  2 s left", cut to `width` columns (0: not cut).
struct ProgressFacts {
    std::string stage;
    std::string unit;
    std::uint64_t done = 0;
    std::uint64_t total = 0;  // 0: unknown
    double seconds = 0;       // since the stage began
};
[[nodiscard]] std::string progress_text(const ProgressFacts& facts, unsigned width);

class ProgressLine final : public model::Progress {
  public:
    enum class Mode { silent, plain, animated };
    // Seconds on a clock that never goes back; a test passes its own.
    using Seconds = std::function<double()>;

    ProgressLine(Output& output, const Terminal& terminal, Mode mode, Seconds seconds = {});

    void stage(std::string_view name, std::uint64_t total, std::string_view unit) override;
    void advance(std::uint64_t done, std::uint64_t total) override;
    void note(std::string_view text) override;
    // Takes the line away, until the next advance() draws it again.
    void clear();

  private:
    void show(double now);
    void erase();

    Output* m_output;
    Terminal m_terminal;
    Mode m_mode;
    Seconds m_seconds;
    std::mutex m_mutex;
    ProgressFacts m_facts;
    double m_stage_start = 0;
    std::atomic<double> m_next_show = 0;
    bool m_drawn = false;
};

}  // namespace ely::ui
