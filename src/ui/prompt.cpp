#include "ui/prompt.hpp"

#include <array>
#include <cerrno>
#include <cstdint>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/text.hpp"

namespace ely::ui {
namespace {

// A descriptor that becomes readable when a stop is asked for.
class StopDescriptor {
  public:
    explicit StopDescriptor(const std::stop_token& stop)
        : m_descriptor(::eventfd(0, EFD_CLOEXEC)), m_callback(std::in_place, stop, Signal{m_descriptor}) {}
    ~StopDescriptor() {
        m_callback.reset();  // waits for one that is running
        ::close(m_descriptor);
    }
    StopDescriptor(const StopDescriptor&) = delete;
    StopDescriptor& operator=(const StopDescriptor&) = delete;
    [[nodiscard]] int get() const { return m_descriptor; }

  private:
    struct Signal {
        int descriptor;
        void operator()() const noexcept {
            const std::uint64_t one = 1;
            [[maybe_unused]] const auto written = ::write(descriptor, &one, sizeof one);
        }
    };
    int m_descriptor;
    std::optional<std::stop_callback<Signal>> m_callback;
};

}  // namespace

Result<std::optional<std::string>> DescriptorInput::read_line(std::stop_token stop) {
    const StopDescriptor stopped(stop);
    std::array<char, 4096> buffer{};
    while (true) {
        if (const auto end = m_pending.find('\n'); end != std::string::npos) {
            auto line = m_pending.substr(0, end);
            m_pending.erase(0, end + 1);
            if (line.ends_with('\r')) line.pop_back();
            return line;
        }
        std::array<pollfd, 2> entries{{{m_descriptor, POLLIN, 0}, {stopped.get(), POLLIN, 0}}};
        if (::poll(entries.data(), entries.size(), -1) < 0 && errno != EINTR) {
            return fail(errno_error(errno, "cannot wait for an answer"));
        }
        if (stop.stop_requested()) return fail(Code::cancelled, "interrupted at a question");
        if (entries[0].revents == 0) continue;
        const auto count = ::read(m_descriptor, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(errno_error(errno, "cannot read the answer"));
        if (count == 0 && m_pending.empty()) return std::optional<std::string>{};
        m_pending +=
            count == 0 ? std::string_view("\n") : std::string_view(buffer.data(), static_cast<std::size_t>(count));
    }
}

Result<std::string> Prompt::answer(std::string_view question, std::string_view choices, std::stop_token stop) {
    if (!m_can_ask) {
        return fail(Code::usage, "this needs an answer, and standard input is no terminal: " + std::string(question),
                    "run the same command with --yes");
    }
    m_output->print("{}{}: ", question, choices);
    m_output->flush();
    ELY_TRY_ASSIGN(const auto line, m_input->read_line(std::move(stop)));
    if (!line) return fail(Code::cancelled, "no answer");
    return std::string(trim(*line));
}

Result<bool> Prompt::confirm(std::string_view question, bool proposed, std::stop_token stop) {
    if (m_yes) return true;
    while (true) {
        ELY_TRY_ASSIGN(const auto given, answer(question, proposed ? " [Y/n]" : " [y/N]", stop));
        const auto lower = to_lower_ascii(given);
        if (lower.empty()) return proposed;
        if (lower == "y" || lower == "yes") return true;
        if (lower == "n" || lower == "no") return false;
        m_output->line("Please answer yes or no.");
    }
}

Result<std::string> Prompt::ask(std::string_view question, std::string_view proposed, std::stop_token stop) {
    if (m_yes) return std::string(proposed);
    const auto choices = proposed.empty() ? std::string() : " [" + std::string(proposed) + "]";
    ELY_TRY_ASSIGN(auto given, answer(question, choices, std::move(stop)));
    return given.empty() ? std::string(proposed) : given;
}

}  // namespace ely::ui
