#include "changes/git/git_program.hpp"

#include <array>
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
    for (const auto line : split(errors, '\n')) {
        const auto text = trim(line);
        if (text.empty()) continue;
        last = std::string(text);
        for (const std::string_view prefix : {"fatal: ", "error: ", "remote: "}) {
            if (!text.starts_with(prefix)) continue;
            if (!marked.empty()) marked += "; ";
            marked += text.substr(prefix.size());
        }
    }
    auto out = printable(redact_urls(marked.empty() ? last : marked));
    constexpr std::size_t k_longest = 400;
    if (out.size() > k_longest) out = to_valid_utf8(out.substr(0, k_longest)) + "…";
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
    return run_process(options, std::move(stop));
}

Result<std::string> run_git(const GitCommand& command, std::stop_token stop) {
    ELY_TRY_ASSIGN(auto result, try_git(command, std::move(stop)));
    if (result.ok()) return std::move(result.output);
    const auto verb = command.arguments.empty() ? std::string() : " " + command.arguments.front();
    return fail(git_error(result.errors, result.exit_status, "git" + verb + " failed"));
}

}  // namespace ely::git
