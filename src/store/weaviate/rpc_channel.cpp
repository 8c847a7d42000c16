#include "store/weaviate/rpc_channel.hpp"

#include <chrono>

#include <fmt/format.h>
#include <grpc/support/log.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "store/weaviate/server_words.hpp"

namespace ely::store::weaviate {
namespace {

constexpr std::chrono::seconds k_contact(5);

Code to_code(const grpc::Status& status) {
    switch (status.error_code()) {
        case grpc::StatusCode::INVALID_ARGUMENT:
            return Code::usage;
        case grpc::StatusCode::UNAUTHENTICATED:
        case grpc::StatusCode::PERMISSION_DENIED:
            return Code::unauthorized;
        case grpc::StatusCode::NOT_FOUND:
            return Code::not_found;
        case grpc::StatusCode::RESOURCE_EXHAUSTED:
            return Code::rate_limited;
        case grpc::StatusCode::DEADLINE_EXCEEDED:
            return Code::timeout;
        case grpc::StatusCode::UNAVAILABLE:
        case grpc::StatusCode::CANCELLED:
            return Code::unavailable;
        case grpc::StatusCode::UNIMPLEMENTED:
            return Code::unsupported;
        default:
            return code_of_words(status.error_message());
    }
}

std::string hint_of(Code code, const std::string& check_command) {
    switch (code) {
        case Code::unauthorized:
            return check_command + " says what this key may do";
        case Code::unsupported:
            return check_command + " says the server's version";
        case Code::usage:
        case Code::not_found:
            return {};
        default:
            return check_command;
    }
}

grpc::ChannelArguments arguments() {
    constexpr int k_first_reconnect = 100;
    constexpr int k_longest_reconnect = 2'000;
    constexpr std::chrono::milliseconds k_attempt = k_contact;
    grpc::ChannelArguments out;
    out.SetMaxReceiveMessageSize(-1);
    out.SetMaxSendMessageSize(-1);
    out.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    out.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    out.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, k_first_reconnect);
    // Whatever its name: so long an attempt to connect may take. A distant server's TLS takes several round trips.
    out.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, static_cast<int>(k_attempt.count()));
    out.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, k_longest_reconnect);
    return out;
}

// What it would write to standard error is told as errors by us.
void silence_grpc() {
    gpr_set_log_function([](gpr_log_func_args*) {});
}

}  // namespace

Result<std::shared_ptr<grpc::ChannelCredentials>> credentials(const model::ClusterAccess& access) {
    silence_grpc();
    if (!access.grpc_tls) return grpc::InsecureChannelCredentials();
    grpc::SslCredentialsOptions options;
    if (!access.ca_file.empty()) {
        ELY_TRY_ASSIGN(options.pem_root_certs, read_file(access.ca_file));
    }
    return grpc::SslCredentials(options);
}

std::shared_ptr<grpc::Channel> make_channel(const std::string& target,
                                            const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    return grpc::CreateCustomChannel(target, credentials, arguments());
}

bool connects_at_once(grpc::Channel& channel) {
    const auto until = std::chrono::system_clock::now() + k_contact;
    for (auto state = channel.GetState(true); state != GRPC_CHANNEL_READY; state = channel.GetState(true)) {
        if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) return false;
        if (!channel.WaitForStateChange(state, until)) return false;
    }
    return true;
}

Error to_error(const grpc::Status& status, std::string_view target, const std::string& check_command) {
    const auto code = to_code(status);
    return {code,
            fmt::format("{} (gRPC): {}", target, printable(status.error_message())),
            hint_of(code, check_command),
            {},
            0};
}

Error no_contact(std::string_view target) {
    return {Code::unavailable,
            fmt::format("{} does not answer (gRPC)", target),
            "is it the server's gRPC address? elysiactl cluster add NAME --grpc HOST:PORT",
            {},
            0};
}

}  // namespace ely::store::weaviate
