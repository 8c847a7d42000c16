#include "operate/server_program.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/process.hpp"
#include "base/text.hpp"

namespace ely::operate {
namespace {

// What our own tests run against; the version to propose where none was asked for.
constexpr std::string_view k_proposed_version = "1.35.2";
constexpr std::string_view k_package = "github.com/weaviate/weaviate/cmd/weaviate-server";
constexpr std::string_view k_image = "semitechnologies/weaviate";
constexpr std::string_view k_program = "weaviate-server";

Result<Path> checked_program(const Path& program, const std::string& source) {
    std::error_code code;
    const auto hint = source + " names the program weaviate-server";
    if (!std::filesystem::exists(program, code))
        return fail(Code::not_found, fmt::format("{}, from {}, does not exist", program.string(), source), hint);
    if (std::filesystem::is_directory(program, code) || ::access(program.c_str(), X_OK) != 0)
        return fail(Code::usage, fmt::format("{}, from {}, is no program", program.string(), source), hint);
    return std::filesystem::absolute(program, code);
}

std::array<unsigned, 3> version_numbers(std::string_view version) {
    std::array<unsigned, 3> out{};
    auto number = out.begin();
    for (const auto part : split(version, '.')) {
        if (number == out.end()) break;
        std::from_chars(part.data(), part.data() + part.size(), *number++);
    }
    return out;
}

// <cache folder>/weaviate-server-1.35.2/weaviate-server, as tools/setup puts it there.
std::optional<Path> built_server(const std::string& version, const model::Variable& variable) {
    auto deps = variable("ELYSIACTL_DEPS");
    if (!deps) {
        const auto cache = variable("XDG_CACHE_HOME");
        deps = (cache ? Path(*cache) : expand_home("~/.cache")) / "elysiactl-deps";
    }
    const auto prefix = std::string(k_program) + "-";
    std::vector<std::string> versions;
    std::error_code code;
    for (const auto& entry : std::filesystem::directory_iterator(*deps, code)) {
        const auto name = entry.path().filename().string();
        if (!name.starts_with(prefix) || ::access((entry.path() / k_program).c_str(), X_OK) != 0) continue;
        const auto found = name.substr(prefix.size());
        if (version.empty() || found == version) versions.push_back(found);
    }
    if (versions.empty()) return std::nullopt;
    const auto newest = *std::ranges::max_element(versions, {}, version_numbers);
    return Path(*deps) / (prefix + newest) / k_program;
}

// Being installed is not enough: its service must answer.
bool runtime_answers(const std::string& runtime, const std::stop_token& stop) {
    ProcessOptions options;
    options.arguments = {runtime, "info"};
    options.timeout_seconds = 10;
    const auto asked = run_process(options, stop);
    return asked && asked->ok();
}

std::string how_to_get_one(const std::string& version) {
    return fmt::format(
        "go install {0}@v{1}\n"
        "       elysiactl cluster up --server \"$(go env GOPATH)/bin/{2}\"\n"
        "       or, with docker or podman started: elysiactl cluster up, which then runs {3}:{1}",
        k_package, version, k_program, k_image);
}

}  // namespace

std::string ServerProgram::text() const {
    return container ? container->runtime + " " + container->image : program.string();
}

Result<ServerProgram> find_server(const ServerChoice& choice, const std::string& container_name,
                                  const model::Variable& variable, const std::stop_token& stop) {
    if (!choice.program.empty()) {
        ELY_TRY_ASSIGN(const auto program, checked_program(choice.program, "--server"));
        return ServerProgram{program, {}};
    }
    if (choice.version.empty()) {
        if (const auto named = variable("WEAVIATE_SERVER"); named && !named->empty()) {
            ELY_TRY_ASSIGN(const auto program, checked_program(expand_home(*named), "WEAVIATE_SERVER"));
            return ServerProgram{program, {}};
        }
        if (const auto program = find_program(std::string(k_program)); program) {
            return ServerProgram{std::filesystem::absolute(*program), {}};
        }
    }
    if (const auto program = built_server(choice.version, variable)) return ServerProgram{*program, {}};
    const auto version = choice.version.empty() ? std::string(k_proposed_version) : choice.version;
    for (const char* runtime : {"docker", "podman"}) {
        if (!runtime_answers(runtime, stop)) continue;
        const auto image = fmt::format("{}:{}", k_image, version);
        return ServerProgram{{}, store::ServerContainer{runtime, image, container_name}};
    }
    if (stop.stop_requested()) return fail(Code::cancelled, "stopped");
    return fail(Code::not_found,
                choice.version.empty()
                    ? "no weaviate-server was found, and neither docker nor podman runs here"
                    : fmt::format("no weaviate-server {} was found, and neither docker nor podman runs here", version),
                how_to_get_one(version));
}

}  // namespace ely::operate
