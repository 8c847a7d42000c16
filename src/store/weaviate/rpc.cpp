#include "store/weaviate/rpc.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <future>

#include <fmt/format.h>
#include <grpc/support/log.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <weaviate.grpc.pb.h>
#include "base/files.hpp"
#include "base/text.hpp"
#include "store/weaviate/patience.hpp"
#include "store/weaviate/rest.hpp"

namespace ely::store::weaviate {
namespace {

constexpr std::chrono::seconds k_deadline(120);  // an import that waits for a busy server takes long, and is not lost
constexpr std::size_t k_channels = 2;            // so that parallel scans do not share one connection's window

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// Much of what the server says comes as "unknown", so its words tell.
Code code_of_words(std::string_view words) {
    if (has(words, "could not find class") || has(words, "class not found") || has(words, "not present in schema")) {
        return Code::not_found;
    }
    if (has(words, "leader not found") || has(words, "enough replicas") || has(words, "connection refused") ||
        has(words, "context canceled") || has(words, "shutting down") || has(words, "not ready")) {
        return Code::unavailable;
    }
    if (has(words, "deadline exceeded")) return Code::timeout;
    if (has(words, "not enough memory") || has(words, "memory pressure")) return Code::rate_limited;
    return Code::internal;
}

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

Error to_error(const grpc::Status& status, std::string_view target, const std::string& check_command) {
    const auto code = to_code(status);
    return {code,
            fmt::format("{} (gRPC): {}", target, printable(status.error_message())),
            hint_of(code, check_command),
            {},
            0};
}

Result<std::shared_ptr<grpc::ChannelCredentials>> credentials(const model::ClusterAccess& access) {
    if (!access.grpc_tls) return grpc::InsecureChannelCredentials();
    grpc::SslCredentialsOptions options;
    if (!access.ca_file.empty()) {
        ELY_TRY_ASSIGN(options.pem_root_certs, read_file(access.ca_file));
    }
    return grpc::SslCredentials(options);
}

grpc::ChannelArguments arguments() {
    constexpr int k_first_reconnect = 100;
    constexpr int k_longest_reconnect = 2'000;
    grpc::ChannelArguments out;
    out.SetMaxReceiveMessageSize(-1);
    out.SetMaxSendMessageSize(-1);
    out.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    out.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    out.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, k_first_reconnect);
    out.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, k_first_reconnect);
    out.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, k_longest_reconnect);
    return out;
}

// What it would write to standard error is told as errors by us.
void silence_grpc() {
    gpr_set_log_function([](gpr_log_func_args*) {});
}

constexpr std::chrono::seconds k_contact(5);

Error no_contact(std::string_view target) {
    return {Code::unavailable,
            fmt::format("{} does not answer (gRPC)", target),
            "is it the server's gRPC address? elysiactl cluster add NAME --grpc HOST:PORT",
            {},
            0};
}

// One attempt: it is not waited for a server that may yet come.
bool connects_at_once(grpc::Channel& channel) {
    const auto until = std::chrono::system_clock::now() + k_contact;
    for (auto state = channel.GetState(true); state != GRPC_CHANNEL_READY; state = channel.GetState(true)) {
        if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) return false;
        if (!channel.WaitForStateChange(state, until)) return false;
    }
    return true;
}

}  // namespace

struct Rpc::Connections {
    std::string target;
    std::string check_command;  // for hints
    std::vector<std::pair<std::string, std::string>> metadata;
    std::array<std::shared_ptr<grpc::Channel>, k_channels> channels;
    std::array<std::unique_ptr<wire::Weaviate::Stub>, k_channels> stubs;
    std::atomic<std::size_t> next{0};

    template <typename Method, typename Request, typename Reply>
    Result<void> call(Method method, const Request& request, Reply& reply) {
        return with_patience(k_patience, [&]() -> Result<void> {
            grpc::ClientContext context;
            context.set_deadline(std::chrono::system_clock::now() + k_deadline);
            for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
            auto& stub = *stubs[next.fetch_add(1, std::memory_order_relaxed) % k_channels];
            reply.Clear();
            const auto status = (stub.*method)(&context, request, &reply);
            if (!status.ok()) return fail(to_error(status, target, check_command));
            return {};
        });
    }
};

Rpc::Rpc(std::unique_ptr<Connections> connections) : m_connections(std::move(connections)) {}
Rpc::~Rpc() = default;

Result<std::unique_ptr<Rpc>> Rpc::make(const model::ClusterAccess& access) {
    silence_grpc();
    auto connections = std::make_unique<Connections>();
    connections->target = access.grpc;
    connections->check_command = "elysiactl cluster check " + access.name;
    if (!access.api_key.empty()) connections->metadata.emplace_back("authorization", "Bearer " + access.api_key);
    for (const auto& header : access.headers) {
        connections->metadata.emplace_back(to_lower_ascii(header.name), header.value);
    }
    ELY_TRY_ASSIGN(const auto chosen, credentials(access));
    for (std::size_t i = 0; i < k_channels; ++i) {
        connections->channels[i] = grpc::CreateCustomChannel(access.grpc, chosen, arguments());
        connections->stubs[i] = wire::Weaviate::NewStub(connections->channels[i]);
    }
    return std::unique_ptr<Rpc>(new Rpc(std::move(connections)));
}

Result<void> Rpc::connect() const {
    auto& channel = *m_connections->channels.front();
    if (channel.WaitForConnected(std::chrono::system_clock::now() + k_contact)) return {};
    return fail(no_contact(m_connections->target));
}

// The request has no field set: all of the server is meant. The reply's only field is a number that says 1 for serving.
Result<void> Rpc::check() const {
    auto& channel = m_connections->channels.front();
    if (!connects_at_once(*channel)) return fail(no_contact(m_connections->target));
    const std::string_view serving("\x08\x01", 2);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + k_contact);
    for (const auto& [name, value] : m_connections->metadata) context.AddMetadata(name, value);
    grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer> stub(channel);
    const grpc::Slice nothing;
    const grpc::ByteBuffer request(&nothing, 1);
    grpc::ByteBuffer reply;
    // Shared with the callback, which may still be leaving it when we are done.
    const auto ended = std::make_shared<std::promise<grpc::Status>>();
    stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", {}, &request, &reply,
                   [ended](const grpc::Status& status) { ended->set_value(status); });
    const auto status = ended->get_future().get();
    if (!status.ok()) return fail(to_error(status, m_connections->target, m_connections->check_command));
    grpc::Slice bytes;
    if (reply.DumpToSingleSlice(&bytes).ok() &&
        std::string_view(reinterpret_cast<const char*>(bytes.begin()), bytes.size()) == serving) {
        return {};
    }
    return fail(Code::unavailable, m_connections->target + " (gRPC): the server does not serve yet", "try again later");
}

Result<ArenaMessage<wire::SearchReply>> Rpc::search(const wire::SearchRequest& request) const {
    ArenaMessage<wire::SearchReply> reply;
    ELY_TRY(m_connections->call(&wire::Weaviate::Stub::Search, request, *reply));
    return reply;
}

Result<wire::BatchObjectsReply> Rpc::put(const wire::BatchObjectsRequest& request) const {
    wire::BatchObjectsReply reply;
    ELY_TRY(m_connections->call(&wire::Weaviate::Stub::BatchObjects, request, reply));
    return reply;
}

Result<wire::BatchDeleteReply> Rpc::remove(const wire::BatchDeleteRequest& request) const {
    wire::BatchDeleteReply reply;
    ELY_TRY(m_connections->call(&wire::Weaviate::Stub::BatchDelete, request, reply));
    return reply;
}

Result<wire::AggregateReply> Rpc::aggregate(const wire::AggregateRequest& request) const {
    wire::AggregateReply reply;
    ELY_TRY(m_connections->call(&wire::Weaviate::Stub::Aggregate, request, reply));
    return reply;
}

}  // namespace ely::store::weaviate
