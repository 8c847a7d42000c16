#include "base/background_process.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

extern char** environ;

namespace ely {
namespace {

class Descriptor {
  public:
    explicit Descriptor(int number) : m_number(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }
    [[nodiscard]] int number() const { return m_number; }
    void close() {
        if (m_number >= 0) ::close(std::exchange(m_number, -1));
    }

  private:
    int m_number;
};

// What the child needs, made before fork: behind it only async-signal-safe calls are allowed.
struct Prepared {
    std::string program;
    std::vector<std::string> strings;
    std::vector<char*> arguments;
    std::vector<char*> environment;
    int log = -1;
    int report = -1;
    pid_t parent = 0;
};

Prepared prepare(const BackgroundOptions& options, const Path& program) {
    Prepared out;
    out.program = program.string();
    for (const auto& argument : options.arguments) out.arguments.push_back(const_cast<char*>(argument.c_str()));
    out.arguments.push_back(nullptr);
    for (char** entry = environ; options.inherit_environment && *entry != nullptr; ++entry) {
        const std::string_view view(*entry);
        if (!options.environment.contains(std::string(view.substr(0, view.find('=')))))
            out.environment.push_back(*entry);
    }
    out.strings.reserve(options.environment.size());
    for (const auto& [key, value] : options.environment) {
        out.strings.push_back(key + "=" + value);
        out.environment.push_back(out.strings.back().data());
    }
    out.environment.push_back(nullptr);
    out.parent = ::getpid();
    return out;
}

struct Report {
    int pid = 0;
    int error = 0;
};

[[noreturn]] void give_up(const Prepared& prepared, int error) {
    const Report report{0, error};
    [[maybe_unused]] const auto n = ::write(prepared.report, &report, sizeof report);
    ::_exit(127);
}

[[noreturn]] void become_program(const BackgroundOptions& options, const Prepared& prepared) {
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || ::dup2(null, 0) < 0 || ::dup2(prepared.log, 1) < 0 || ::dup2(prepared.log, 2) < 0)
        give_up(prepared, errno);
    // Whatever else is open here is not its business: a lock or a pipe would stay held.
    ::syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (!options.working_directory.empty() && ::chdir(options.working_directory.c_str()) != 0) give_up(prepared, errno);
    const Report report{::getpid(), 0};
    [[maybe_unused]] const auto n = ::write(prepared.report, &report, sizeof report);
    ::execve(prepared.program.c_str(), prepared.arguments.data(), prepared.environment.data());
    give_up(prepared, errno);
}

[[noreturn]] void become_child(const BackgroundOptions& options, const Prepared& prepared) {
    ::setsid();  // a Ctrl-C at our terminal is not meant for it
    if (options.lifetime == Lifetime::outlives_us) {
        // The one that stays is nobody's child: it needs nobody to wait for it.
        const pid_t grandchild = ::fork();
        if (grandchild < 0) give_up(prepared, errno);
        if (grandchild > 0) ::_exit(0);
    } else {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != prepared.parent) ::_exit(127);  // it ended in between
    }
    become_program(options, prepared);
}

// The process's number, from its report; the error of exec comes behind it.
Result<int> read_report(int pipe, const std::string& program) {
    Report report;
    int pid = 0;
    while (true) {
        const auto n = ::read(pipe, &report, sizeof report);
        if (n < 0 && errno == EINTR) continue;
        if (n != sizeof report) break;
        if (report.error != 0) return fail(errno_error(report.error, "cannot run " + program));
        pid = report.pid;
    }
    if (pid == 0) return fail(Code::io, program + " ended before it began");
    return pid;
}

// Fields of /proc/PID/stat behind the name, which may hold anything: [0] is the state, [19] the start time.
std::vector<std::string> status_fields(int pid) {
    const auto text = read_file("/proc/" + std::to_string(pid) + "/stat");
    if (!text) return {};
    const auto name_end = text->rfind(") ");
    if (name_end == std::string::npos) return {};
    std::vector<std::string> out;
    for (const auto field : split(std::string_view(*text).substr(name_end + 2), ' ')) out.emplace_back(field);
    return out.size() < 20 ? std::vector<std::string>{} : out;
}

std::string boot_id() {
    const auto text = read_file("/proc/sys/kernel/random/boot_id");
    return text ? std::string(trim(*text)) : std::string();
}

bool wait_readable(int descriptor, std::chrono::milliseconds patience) {
    const Stopwatch watch;
    while (true) {
        const auto left = patience.count() - static_cast<long long>(watch.seconds() * 1000);
        pollfd entry{descriptor, POLLIN, 0};
        const int n = ::poll(&entry, 1, static_cast<int>(std::max(left, 0LL)));
        if (n >= 0) return n > 0;
        if (errno != EINTR) return false;
    }
}

// Takes our own child that has ended off the system's list; nothing for others.
void reap(const ProcessIdentity& process) {
    if (identify_process(process.pid) == process) ::waitpid(process.pid, nullptr, WNOHANG);
}

}  // namespace

Result<ProcessIdentity> start_background(const BackgroundOptions& options) {
    if (options.arguments.empty()) return fail(Code::internal, "no program to run");
    ELY_TRY_ASSIGN(const auto program, find_program(options.arguments.front()));
    const Descriptor log(::open(options.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (log.number() < 0) return fail(errno_error(errno, "cannot write " + options.log.string()));
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(errno_error(errno, "cannot make a pipe"));
    const Descriptor report(ends[0]);
    Descriptor report_end(ends[1]);

    auto prepared = prepare(options, program);
    prepared.log = log.number();
    prepared.report = report_end.number();
    const pid_t child = ::fork();
    if (child < 0) return fail(errno_error(errno, "cannot start a process"));
    if (child == 0) become_child(options, prepared);
    report_end.close();
    const auto pid = read_report(report.number(), options.arguments.front());
    if (!pid || options.lifetime == Lifetime::outlives_us) {
        while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    if (!pid) return fail(pid.error());
    if (const auto identity = identify_process(*pid)) return *identity;
    return fail(Code::io, options.arguments.front() + " ended at once", "its output is in " + options.log.string());
}

std::optional<ProcessIdentity> identify_process(int pid) {
    const auto fields = status_fields(pid);
    if (fields.empty()) return std::nullopt;
    ProcessIdentity out;
    out.pid = pid;
    const auto& started = fields[19];
    if (std::from_chars(started.data(), started.data() + started.size(), out.started).ec != std::errc()) {
        return std::nullopt;
    }
    out.boot = boot_id();
    return out;
}

std::optional<ProcessIdentity> find_process(const std::vector<std::string>& arguments, const Path& working_directory) {
    std::string wanted;
    for (const auto& argument : arguments) wanted.append(argument).push_back('\0');
    std::error_code code;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", code)) {
        const auto name = entry.path().filename().string();
        int pid = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr != name.data() + name.size()) continue;
        if (const auto folder = std::filesystem::read_symlink(entry.path() / "cwd", code); folder != working_directory)
            continue;
        auto identity = identify_process(pid);
        if (identity && read_file(entry.path() / "cmdline") == wanted && is_running(*identity)) return identity;
    }
    return std::nullopt;
}

bool is_running(const ProcessIdentity& process) {
    if (process.pid <= 0 || identify_process(process.pid) != process) return false;
    const auto fields = status_fields(process.pid);
    return !fields.empty() && fields[0] != "Z" && fields[0] != "X";
}

bool wait_for_end(const ProcessIdentity& process, std::chrono::milliseconds patience) {
    const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
    if (is_running(process)) {
        if (handle.number() < 0 || !wait_readable(handle.number(), patience)) return !is_running(process);
    }
    reap(process);
    return true;
}

Result<Ended> end_process(const ProcessIdentity& process, std::chrono::milliseconds patience) {
    // The handle comes first: it stays with this process, whatever becomes of the number.
    const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
    if (!is_running(process)) {
        reap(process);
        return Ended::was_not_running;
    }
    if (handle.number() < 0) return fail(errno_error(errno, "cannot reach process " + std::to_string(process.pid)));
    const auto send = [&](int signal) -> Result<void> {
        if (::syscall(SYS_pidfd_send_signal, handle.number(), signal, nullptr, 0) == 0 || errno == ESRCH) return {};
        return fail(errno_error(errno, "cannot end process " + std::to_string(process.pid)));
    };
    if (patience.count() > 0) {
        ELY_TRY(send(SIGTERM));
        if (wait_readable(handle.number(), patience)) {
            reap(process);
            return Ended::by_itself;
        }
    }
    ELY_TRY(send(SIGKILL));
    if (!wait_readable(handle.number(), std::chrono::seconds(30)))
        return fail(Code::timeout, "process " + std::to_string(process.pid) + " does not end, though it was killed");
    reap(process);
    return Ended::killed;
}

}  // namespace ely
