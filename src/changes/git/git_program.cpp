#include "changes/git/git_program.hpp"

#include <array>
#include <charconv>
#include <cstdlib>

#include "base/text.hpp"

namespace ely::git {
namespace {

struct Meaning {
    std::string_view words;  // in lower case
    Code code;
    std::string_view hint;
};

constexpr std::string_view k_login_hint =
    "check that you may read the repository and that git has credentials for it (git ls-remote URL must work by "
    "itself)";
constexpr std::string_view k_network_hint = "check the network and the proxy, then run the same command again";
constexpr std::string_view k_address_hint = "check the address; a private repository may need credentials to be seen";

// The first one found counts.
constexpr std::array k_meanings{
    Meaning{"couldn't find remote ref", Code::not_found, "git ls-remote --heads URL lists the branches"},
    Meaning{"mismatched algorithms", Code::unsupported, "repositories with SHA-256 object names cannot be read yet"},
    Meaning{"object format", Code::unsupported, "repositories with SHA-256 object names cannot be read yet"},
    Meaning{"returned error: 429", Code::rate_limited, "wait a little, then run the same command again"},
    Meaning{"no space left on device", Code::io, "make room on the disk, then run the same command again"},
    Meaning{"disk quota exceeded", Code::io, "make room on the disk, then run the same command again"},
    Meaning{"dubious ownership", Code::unauthorized, "git config --global --add safe.directory PATH"},
    Meaning{"authentication failed", Code::unauthorized, k_login_hint},
    Meaning{"could not read username", Code::unauthorized, k_login_hint},
    Meaning{"could not read password", Code::unauthorized, k_login_hint},
    Meaning{"terminal prompts disabled", Code::unauthorized, k_login_hint},
    Meaning{"invalid username or password", Code::unauthorized, k_login_hint},
    Meaning{"host key verification failed", Code::unauthorized,
            "connect once with ssh to accept the server's host key"},
    Meaning{"permission denied", Code::unauthorized, k_login_hint},
    Meaning{"access denied", Code::unauthorized, k_login_hint},
    Meaning{"returned error: 401", Code::unauthorized, k_login_hint},
    Meaning{"returned error: 403", Code::unauthorized, k_login_hint},
    Meaning{"could not resolve", Code::unavailable, k_network_hint},
    Meaning{"connection refused", Code::unavailable, k_network_hint},
    Meaning{"connection reset", Code::unavailable, k_network_hint},
    Meaning{"failed to connect", Code::unavailable, k_network_hint},
    Meaning{"couldn't connect", Code::unavailable, k_network_hint},
    Meaning{"network is unreachable", Code::unavailable, k_network_hint},
    Meaning{"no route to host", Code::unavailable, k_network_hint},
    Meaning{"timed out", Code::timeout, k_network_hint},
    Meaning{"operation too slow", Code::timeout, k_network_hint},
    Meaning{"certificate", Code::unavailable, "check the server's certificate and the clock of this machine"},
    Meaning{"repository not found", Code::not_found, k_address_hint},
    Meaning{"does not appear to be a git repository", Code::not_found, k_address_hint},
    Meaning{"not a git repository", Code::not_found, k_address_hint},
    Meaning{"does not exist", Code::not_found, k_address_hint},
    Meaning{"no such file or directory", Code::not_found, k_address_hint},
    Meaning{"' not found", Code::not_found, k_address_hint},
    Meaning{"returned error: 404", Code::not_found, k_address_hint},
    Meaning{"unable to access", Code::unavailable, k_network_hint},
    Meaning{"the remote end hung up", Code::unavailable, k_network_hint},
    Meaning{"early eof", Code::unavailable, k_network_hint},
    Meaning{"rpc failed", Code::unavailable, k_network_hint},
    Meaning{"could not read from remote repository", Code::unavailable, k_network_hint},
    Meaning{"did not send all necessary objects", Code::corrupt, ""},
    Meaning{"is corrupt", Code::corrupt, ""},
    Meaning{"bad object", Code::corrupt, ""},
    Meaning{"missing blob", Code::corrupt, ""},
    Meaning{"unable to read", Code::corrupt, ""},
};

// The lines that say what went wrong, on one line.
std::string essence(std::string_view errors) {
    std::string marked;
    std::string last;
    std::string before;  // the last line before git's own: what ssh said
    for (const auto line : split(errors, '\n')) {
        const auto text = trim(line);
        if (text.empty()) continue;
        if (marked.empty()) before = last;
        last = std::string(text);
        for (const std::string_view prefix : {"fatal: ", "error: ", "remote: "}) {
            if (!text.starts_with(prefix)) continue;
            if (!marked.empty()) marked += "; ";
            marked += text.substr(prefix.size());
        }
    }
    if (marked.starts_with("Could not read from remote repository") && !before.empty()) marked = before;
    auto out = printable(redact_urls(marked.empty() ? last : marked));
    constexpr std::size_t k_longest = 400;
    if (out.size() > k_longest) out = to_valid_utf8(out.substr(0, k_longest)) + "…";
    return out;
}

struct ProgressLine {
    std::string_view what;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
};

// "remote: Compressing objects:  45% (450/1000), 1.20 MiB | 500 KiB/s"; nullopt for any other line.
std::optional<ProgressLine> progress_in(std::string_view line) {
    if (line.starts_with("remote: ")) line.remove_prefix(8);
    const auto percent = line.find("% (");
    const auto colon = line.find(": ");
    if (percent == std::string_view::npos || colon == std::string_view::npos || colon > percent) return std::nullopt;
    ProgressLine out;
    out.what = line.substr(0, colon);
    const auto* at = line.data() + percent + 3;
    const auto* end = line.data() + line.size();
    const auto done = std::from_chars(at, end, out.done);
    if (done.ec != std::errc() || done.ptr == end || *done.ptr != '/') return std::nullopt;
    const auto total = std::from_chars(done.ptr + 1, end, out.total);
    if (total.ec != std::errc()) return std::nullopt;
    return out;
}

}  // namespace

Error git_error(std::string_view errors, int exit_status, std::string_view what) {
    Error error;
    error.code = Code::io;
    auto why = essence(errors);
    if (why.empty()) why = "git ended with status " + std::to_string(exit_status);
    error.message = std::string(what) + ": " + why;
    const auto lower = to_lower_ascii(errors);
    for (const auto& meaning : k_meanings) {
        if (lower.find(meaning.words) == std::string::npos) continue;
        error.code = meaning.code;
        error.hint = std::string(meaning.hint);
        break;
    }
    return error;
}

Result<ProcessResult> try_git(const GitCommand& command, std::stop_token stop) {
    ProcessOptions options;
    options.arguments = {
        "git", "-c", "protocol.ext.allow=never", "-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60"};
    if (!command.git_dir.empty()) options.arguments.push_back("--git-dir=" + command.git_dir.string());
    options.arguments.insert(options.arguments.end(), command.arguments.begin(), command.arguments.end());
    options.environment = {{"GIT_TERMINAL_PROMPT", "0"}, {"LC_ALL", "C"}, {"LANGUAGE", ""}};
    // ssh would ask on the terminal by itself; an askpass program that fails keeps it from that.
    if (std::getenv("SSH_ASKPASS") == nullptr) {
        options.environment["SSH_ASKPASS"] = "/bin/false";
        options.environment["SSH_ASKPASS_REQUIRE"] = "force";
    }
    options.timeout_seconds = command.timeout_seconds;
    if (!command.on_progress) return run_process(options, std::move(stop));
    std::string errors;
    options.on_error_line = [&](std::string_view line) {
        if (const auto progress = progress_in(line)) {
            command.on_progress(progress->what, progress->done, progress->total);
        } else {
            errors.append(line).push_back('\n');
        }
    };
    auto result = run_process(options, std::move(stop));
    if (result) result->errors = std::move(errors);
    return result;
}

Result<std::string> run_git(const GitCommand& command, std::stop_token stop) {
    ELY_TRY_ASSIGN(auto result, try_git(command, std::move(stop)));
    if (result.ok()) return std::move(result.output);
    const auto verb = command.arguments.empty() ? std::string() : " " + command.arguments.front();
    return fail(git_error(result.errors, result.exit_status, "git" + verb + " failed"));
}

}  // namespace ely::git
