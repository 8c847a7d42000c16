#include "base/process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/text.hpp"

extern char** environ;

namespace ely {
namespace {

struct Pipe {
    std::array<int, 2> ends{-1, -1};
    Pipe() = default;
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    // Never one of the standard descriptors, which may be free: the child puts others in their place.
    bool open() {
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
        for (int& end : ends) {
            if (end > 2) continue;
            const int other = ::fcntl(end, F_DUPFD_CLOEXEC, 3);
            ::close(std::exchange(end, other));
            if (other < 0) return false;
        }
        return true;
    }
    void close_end(std::size_t i) {
        if (ends[i] >= 0) ::close(ends[i]);
        ends[i] = -1;
    }
};

struct Descriptor {
    int number;
    explicit Descriptor(int n) : number(n) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number >= 0) ::close(number);
    }
};

// What execve needs, made before fork: between fork and exec only async-signal-safe calls are allowed.
struct Prepared {
    std::string program;
    std::vector<std::string> strings;
    std::vector<char*> arguments;
    std::vector<char*> environment;
};

Prepared prepare(const ProcessOptions& options, const Path& program) {
    Prepared out;
    out.program = program.string();
    out.strings.reserve(options.environment.size());
    for (const auto& argument : options.arguments) out.arguments.push_back(const_cast<char*>(argument.c_str()));
    out.arguments.push_back(nullptr);
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view view(*entry);
        if (!options.environment.contains(std::string(view.substr(0, view.find('=')))))
            out.environment.push_back(*entry);
    }
    for (const auto& [key, value] : options.environment) {
        out.strings.push_back(key + "=" + value);
        out.environment.push_back(out.strings.back().data());
    }
    out.environment.push_back(nullptr);
    return out;
}

[[noreturn]] void become_child(const ProcessOptions& options, const Prepared& prepared, const Pipe& input,
                               const Pipe& output, const Pipe& errors, const Pipe& report) {
    ::setpgid(0, 0);
    // It works for us alone: should we be killed, it must not go on by itself.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::dup2(input.ends[0], 0);
    ::dup2(output.ends[1], 1);
    ::dup2(errors.ends[1], 2);
    std::signal(SIGPIPE, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (options.working_directory.empty() || ::chdir(options.working_directory.c_str()) == 0) {
        ::execve(prepared.program.c_str(), prepared.arguments.data(), prepared.environment.data());
    }
    const int saved = errno;
    [[maybe_unused]] const auto n = ::write(report.ends[1], &saved, sizeof saved);
    ::_exit(127);
}

class LineSink {
  public:
    LineSink(const std::function<void(std::string_view)>& callback, std::string& capture, const char* ends)
        : m_callback(callback), m_capture(capture), m_ends(ends) {}
    void add(std::string_view bytes) {
        if (!m_callback) {
            m_capture += bytes;
            return;
        }
        const auto looked_at = m_pending.size();
        m_pending += bytes;
        std::size_t start = 0;
        for (auto end = m_pending.find_first_of(m_ends, looked_at); end != std::string::npos;
             end = m_pending.find_first_of(m_ends, start)) {
            m_callback(std::string_view(m_pending).substr(start, end - start));
            start = end + 1;
        }
        m_pending.erase(0, start);
    }
    void finish() {
        if (m_callback && !m_pending.empty()) m_callback(m_pending);
        m_pending.clear();
    }

  private:
    const std::function<void(std::string_view)>& m_callback;
    std::string& m_capture;
    const char* m_ends;
    std::string m_pending;
};

enum class Ending { done, cancelled, timed_out };

void drain(Pipe& pipe, LineSink& sink) {
    static thread_local std::array<char, 1U << 16U> buffer;
    const auto n = ::read(pipe.ends[0], buffer.data(), buffer.size());
    if (n > 0) sink.add({buffer.data(), static_cast<std::size_t>(n)});
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) pipe.close_end(0);
}

// What is in the pipe now, though somebody may still hold its other end.
void drain_rest(Pipe& pipe, LineSink& sink) {
    while (pipe.ends[0] >= 0) {
        pollfd entry{pipe.ends[0], POLLIN, 0};
        if (::poll(&entry, 1, 0) <= 0) return;
        drain(pipe, sink);
    }
}

bool has_ended(pid_t child) {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

// Moves bytes until the program has ended. What it leaves running may hold its outputs open: that is not waited for.
Ending pump(pid_t child, const ProcessOptions& options, Pipe& input, Pipe& output, Pipe& errors, LineSink& out_sink,
            LineSink& error_sink, const std::stop_token& stop, const Stopwatch& watch) {
    std::string_view to_write = options.input;
    if (to_write.empty()) input.close_end(1);
    // Readable once the program has ended; -1 on kernels before 5.3, where the turn of the poll finds out.
    const Descriptor ended(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    while (!has_ended(child)) {
        if (stop.stop_requested()) return Ending::cancelled;
        if (options.timeout_seconds && watch.seconds() > *options.timeout_seconds) return Ending::timed_out;
        std::array<pollfd, 4> entries{{{output.ends[0], POLLIN, 0},
                                       {errors.ends[0], POLLIN, 0},
                                       {input.ends[1], POLLOUT, 0},
                                       {ended.number, POLLIN, 0}}};
        if (::poll(entries.data(), entries.size(), 100) < 0 && errno != EINTR) return Ending::done;
        if (entries[0].revents != 0) drain(output, out_sink);
        if (entries[1].revents != 0) drain(errors, error_sink);
        if (entries[2].revents != 0) {
            const auto n = ::write(input.ends[1], to_write.data(), std::min<std::size_t>(to_write.size(), 1U << 15U));
            if (n > 0) to_write.remove_prefix(static_cast<std::size_t>(n));
            if (to_write.empty() || (n < 0 && errno != EINTR && errno != EAGAIN)) input.close_end(1);
        }
    }
    drain_rest(output, out_sink);
    drain_rest(errors, error_sink);
    return Ending::done;
}

int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void end_group(pid_t child) {
    ::kill(-child, SIGTERM);
    const Stopwatch watch;
    while (watch.seconds() < 2) {
        int status = 0;
        if (::waitpid(child, &status, WNOHANG) == child) {
            ::kill(-child, SIGKILL);  // what it started and did not end
            return;
        }
        ::poll(nullptr, 0, 20);
    }
    ::kill(-child, SIGKILL);
    wait_for(child);
}

}  // namespace

Result<Path> find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return Path(name);
    const char* path = std::getenv("PATH");
    for (const auto folder : split(path != nullptr ? path : "/usr/bin:/bin", ':')) {
        const auto candidate = Path(folder.empty() ? "." : folder) / name;
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return fail(Code::not_found, "the program \"" + name + "\" is not in PATH", "install " + name + ", then try again");
}

Result<ProcessResult> run_process(const ProcessOptions& options, std::stop_token stop) {
    if (options.arguments.empty()) return fail(Code::internal, "no program to run");
    ELY_TRY_ASSIGN(const auto program, find_program(options.arguments.front()));
    Pipe input;
    Pipe output;
    Pipe errors;
    Pipe report;
    if (!input.open() || !output.open() || !errors.open() || !report.open()) {
        return fail(errno_error(errno, "cannot make a pipe"));
    }
    ::fcntl(input.ends[1], F_SETFL, O_NONBLOCK);
    const auto prepared = prepare(options, program);
    std::signal(SIGPIPE, SIG_IGN);
    const Stopwatch watch;
    const pid_t child = ::fork();
    if (child < 0) return fail(errno_error(errno, "cannot start a process"));
    if (child == 0) become_child(options, prepared, input, output, errors, report);
    input.close_end(0);
    output.close_end(1);
    errors.close_end(1);
    report.close_end(1);
    int exec_error = 0;
    if (::read(report.ends[0], &exec_error, sizeof exec_error) == sizeof exec_error) {
        wait_for(child);
        return fail(errno_error(exec_error, "cannot run " + options.arguments.front()));
    }
    ProcessResult result;
    LineSink out_sink(options.on_output_line, result.output, "\n");
    // Progress that draws over itself comes as lines too.
    LineSink error_sink(options.on_error_line, result.errors, "\r\n");
    const auto ending = pump(child, options, input, output, errors, out_sink, error_sink, stop, watch);
    if (ending != Ending::done) {
        end_group(child);
        const auto command = redacted_command(options.arguments);
        if (ending == Ending::cancelled) return fail(Code::cancelled, "stopped: " + command);
        return fail(Code::timeout, "no end after " + format_duration(*options.timeout_seconds) + ": " + command);
    }
    out_sink.finish();
    error_sink.finish();
    result.exit_status = wait_for(child);
    result.seconds = watch.seconds();
    return result;
}

std::string redact_urls(std::string_view text) {
    std::string out;
    while (true) {
        const auto scheme = text.find("://");
        if (scheme == std::string_view::npos) return out.append(text);
        const auto start = scheme + 3;
        const auto end = std::min(text.find_first_of("/ \t\n\"'?#", start), text.size());
        const auto authority = text.substr(start, end - start);
        const auto at = authority.rfind('@');
        out.append(text.substr(0, start));
        // "git@host" holds no secret; "token@" and "user:password@" may.
        if (at != std::string_view::npos && authority.substr(0, at) != "git") {
            out.append("***").append(authority.substr(at));
        } else {
            out.append(authority);
        }
        text.remove_prefix(end);
    }
}

std::string redacted_command(const std::vector<std::string>& arguments) {
    std::string out;
    bool secret_next = false;
    for (const auto& argument : arguments) {
        auto shown = secret_next ? std::string("***") : redact_urls(argument);
        const auto lower = to_lower_ascii(argument);
        const bool names_secret =
            lower.find("token") != std::string::npos || lower.find("password") != std::string::npos ||
            lower.find("api-key") != std::string::npos || lower.find("authorization") != std::string::npos;
        const auto equals = shown.find_first_of("=:");
        if (names_secret && equals != std::string::npos) shown = shown.substr(0, equals + 1) + "***";
        secret_next = names_secret && argument.starts_with("--") && argument.find('=') == std::string::npos;
        if (shown.empty() || shown.find_first_of(" \t\n'\"\\$*?[]{}()<>|&;") != std::string::npos)
            shown = "'" + shown + "'";
        if (!out.empty()) out += ' ';
        out += shown;
    }
    return out;
}

Path own_executable() {
    std::error_code code;
    return std::filesystem::read_symlink("/proc/self/exe", code);
}

}  // namespace ely
