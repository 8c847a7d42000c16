#include "store/weaviate/rpc.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <future>

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <weaviate.grpc.pb.h>
#include "base/clock.hpp"
#include "base/text.hpp"
#include "store/weaviate/rotation.hpp"
#include "store/weaviate/rpc_channel.hpp"

namespace ely::store::weaviate {
namespace {

constexpr std::chrono::seconds k_deadline(120);  // removing and counting may take long
// Sixty times what a request with objects is meant to take (pace.hpp). A node whose cluster has just lost its leader
// may never answer, and then another one is asked.
constexpr std::chrono::seconds k_write_deadline(30);
constexpr std::chrono::seconds k_contact(5);
constexpr std::size_t k_channels = 2;  // so that parallel scans do not share one connection's window

struct Node {
    std::string address;
    std::array<std::shared_ptr<grpc::Channel>, k_channels> channels;
    std::array<std::unique_ptr<wire::Weaviate::Stub>, k_channels> stubs;
};

Node make_node(const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& chosen) {
    Node out;
    out.address = address;
    for (std::size_t i = 0; i < k_channels; ++i) {
        out.channels[i] = make_channel(address, chosen);
        out.stubs[i] = wire::Weaviate::NewStub(out.channels[i]);
    }
    return out;
}

}  // namespace

struct Rpc::Connections {
    explicit Connections(std::size_t addresses) : rotation(addresses) {}

    std::string check_command;  // for hints
    std::vector<std::pair<std::string, std::string>> metadata;
    std::vector<Node> nodes;
    Rotation rotation;
    std::atomic<std::size_t> next_channel{0};
    std::stop_token stop;

    void prepare(grpc::ClientContext& context, std::chrono::seconds deadline) const {
        context.set_deadline(std::chrono::system_clock::now() + deadline);
        for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
    }

    template <typename Method, typename Request, typename Reply>
    Result<void> ask(const Node& node, Method method, const Request& request, Reply& reply,
                     std::chrono::seconds deadline) {
        grpc::ClientContext context;
        prepare(context, deadline);
        auto& stub = *node.stubs[next_channel.fetch_add(1, std::memory_order_relaxed) % k_channels];
        const std::stop_callback end(stop, [&] { context.TryCancel(); });
        reply.Clear();
        const auto status = (stub.*method)(&context, request, &reply);
        if (status.ok()) return {};
        if (stop.stop_requested()) return fail(Code::cancelled, "interrupted", {});
        return fail(to_error(status, node.address, check_command));
    }

    template <typename Method, typename Request, typename Reply>
    Result<void> call(const std::vector<std::size_t>& order, Method method, const Request& request, Reply& reply,
                      std::chrono::seconds deadline = k_deadline) {
        Result<void> out = fail(Code::unavailable, {});
        for (const auto i : order) {
            out = ask(nodes[i], method, request, reply, deadline);
            const bool silent = !out && (out.error().code == Code::unavailable || out.error().code == Code::timeout);
            if (!silent) {
                rotation.answered(i);
                return out;
            }
            rotation.failed(i, std::chrono::steady_clock::now());
        }
        return out;
    }

    [[nodiscard]] std::vector<std::size_t> first() const {
        return rotation.from_first(std::chrono::steady_clock::now());
    }
    [[nodiscard]] std::vector<std::size_t> next() { return rotation.from_next(std::chrono::steady_clock::now()); }

    [[nodiscard]] Result<void> check(const Node& node) const;
};

Rpc::Rpc(std::unique_ptr<Connections> connections) : m_connections(std::move(connections)) {}
Rpc::~Rpc() = default;

Result<std::unique_ptr<Rpc>> Rpc::make(const model::ClusterAccess& access, std::stop_token stop) {
    auto connections = std::make_unique<Connections>(1 + access.other_grpc.size());
    connections->check_command = "elysiactl cluster check " + access.name;
    connections->stop = std::move(stop);
    if (!access.api_key.empty()) connections->metadata.emplace_back("authorization", "Bearer " + access.api_key);
    for (const auto& header : access.headers) {
        connections->metadata.emplace_back(to_lower_ascii(header.name), header.value);
    }
    ELY_TRY_ASSIGN(const auto chosen, credentials(access));
    connections->nodes.push_back(make_node(access.grpc, chosen));
    for (const auto& address : access.other_grpc) connections->nodes.push_back(make_node(address, chosen));
    return std::unique_ptr<Rpc>(new Rpc(std::move(connections)));
}

Result<void> Rpc::connect() const {
    constexpr std::chrono::milliseconds k_look(20);
    constexpr std::chrono::seconds k_when_refused(1);
    const auto begin = std::chrono::system_clock::now();
    bool one_is_silent = true;
    while (std::chrono::system_clock::now() < begin + (one_is_silent ? k_contact : k_when_refused)) {
        one_is_silent = false;
        for (const auto& node : m_connections->nodes) {
            auto& channel = *node.channels.front();
            const auto state = channel.GetState(true);
            if (state == GRPC_CHANNEL_READY) return {};
            one_is_silent = one_is_silent || state != GRPC_CHANNEL_TRANSIENT_FAILURE;
            channel.WaitForStateChange(state, std::chrono::system_clock::now() + k_look);
        }
    }
    return fail(no_contact(m_connections->nodes.front().address));
}

std::vector<std::string> Rpc::addresses() const {
    std::vector<std::string> out;
    for (const auto& node : m_connections->nodes) out.push_back(node.address);
    return out;
}

Result<double> Rpc::look(std::size_t address) const {
    const Stopwatch watch;
    ELY_TRY(m_connections->check(m_connections->nodes[address]));
    return watch.seconds();
}

// The request has no field set: all of the server is meant. The reply's only field is a number that says 1 for serving.
Result<void> Rpc::Connections::check(const Node& node) const {
    const auto& channel = node.channels.front();
    if (!connects_at_once(*channel)) return fail(no_contact(node.address));
    const std::string_view serving("\x08\x01", 2);
    grpc::ClientContext context;
    prepare(context, k_contact);
    grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer> stub(channel);
    const grpc::Slice nothing;
    const grpc::ByteBuffer request(&nothing, 1);
    grpc::ByteBuffer reply;
    // Shared with the callback, which may still be leaving it when we are done.
    const auto ended = std::make_shared<std::promise<grpc::Status>>();
    stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", {}, &request, &reply,
                   [ended](const grpc::Status& status) { ended->set_value(status); });
    const auto status = ended->get_future().get();
    if (!status.ok()) return fail(to_error(status, node.address, check_command));
    grpc::Slice bytes;
    if (reply.DumpToSingleSlice(&bytes).ok() &&
        std::string_view(reinterpret_cast<const char*>(bytes.begin()), bytes.size()) == serving) {
        return {};
    }
    return fail(Code::unavailable, node.address + " (gRPC): the server does not serve yet", "try again later");
}

Result<SearchAnswer> Rpc::search(const Class& /*of*/, const wire::SearchRequest& request) {
    SearchAnswer reply;
    ELY_TRY(m_connections->call(m_connections->first(), &wire::Weaviate::Stub::Search, request, *reply));
    return reply;
}

Result<wire::BatchObjectsReply> Rpc::put(const wire::BatchObjectsRequest& request) {
    wire::BatchObjectsReply reply;
    ELY_TRY(m_connections->call(m_connections->next(), &wire::Weaviate::Stub::BatchObjects, request, reply,
                                k_write_deadline));
    return reply;
}

Result<wire::BatchDeleteReply> Rpc::remove(const wire::BatchDeleteRequest& request) {
    wire::BatchDeleteReply reply;
    ELY_TRY(m_connections->call(m_connections->first(), &wire::Weaviate::Stub::BatchDelete, request, reply));
    return reply;
}

Result<wire::AggregateReply> Rpc::aggregate(const wire::AggregateRequest& request) {
    wire::AggregateReply reply;
    ELY_TRY(m_connections->call(m_connections->first(), &wire::Weaviate::Stub::Aggregate, request, reply));
    return reply;
}

}  // namespace ely::store::weaviate
