#include "store/weaviate/testing/weaviate_server.hpp"

#include <cstdlib>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "base/background_process.hpp"
#include "base/http_client.hpp"
#include "base/process.hpp"
#include "base/testing/temporary_folder.hpp"
#include "store/open.hpp"
#include "store/weaviate_server/launch.hpp"

namespace ely::store::testing {
namespace {

// A machine that is busy with other tests takes several times as long as an idle one.
constexpr std::chrono::seconds k_patience{120};
// Below the ports that the kernel gives to connections, which could else take a killed node's before it returns.
constexpr PortsFrom k_ports{.rest = 18080, .grpc = 18150, .others = 18200};

Result<Path> server_program(const std::string& version) {
    const auto* deps = std::getenv("ELYSIACTL_DEPS");
    const auto* cache = std::getenv("XDG_CACHE_HOME");
    const auto folder = deps != nullptr    ? Path(deps)
                        : cache != nullptr ? Path(cache) / "elysiactl-deps"
                                           : expand_home("~/.cache/elysiactl-deps");
    auto program = folder / ("weaviate-server-" + version) / "weaviate-server";
    if (::access(program.c_str(), X_OK) != 0)
        return fail(Code::not_found, "there is no " + program.string(), "run tools/setup test full");
    return program;
}

// An authority of the test's own, and a certificate for the loopback interface that it has signed.
Result<ServerTls> make_certificate(const Path& folder) {
    const auto script = R"(set -e
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=test authority" \
            -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign -keyout ca.key -out ca.pem
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" -keyout server.key -out server.csr
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' >extensions
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out server.pem)";
    ProcessOptions options;
    options.arguments = {"sh", "-c", script};
    options.working_directory = folder;
    ELY_TRY_ASSIGN(const auto made, run_process(options));
    if (!made.ok()) return fail(Code::internal, "cannot make a certificate: " + made.errors);
    return ServerTls{folder / "server.pem", folder / "server.key"};
}

std::map<std::string, std::string> server_environment(const WeaviateServerOptions& options) {
    auto out = options.environment;
    for (const char* name : {"PATH", "HOME", "TMPDIR"}) {
        if (const char* value = std::getenv(name)) out.emplace(name, value);
    }
    if (!options.api_keys) return out;
    out.merge(std::map<std::string, std::string>{
        {"AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", "false"},
        {"AUTHENTICATION_APIKEY_ENABLED", "true"},
        {"AUTHENTICATION_APIKEY_ALLOWED_KEYS", "root-key,reader-key"},
        {"AUTHENTICATION_APIKEY_USERS", "root-user,reader-user"},
        {"AUTHORIZATION_RBAC_ENABLED", "true"},
        {"AUTHORIZATION_RBAC_ROOT_USERS", "root-user"},
    });
    return out;
}

}  // namespace

struct WeaviateServer::State {
    ely::testing::TemporaryFolder folder;
    Launch launch;
    std::vector<ProcessIdentity> processes;
    std::optional<HttpClient> client;

    ~State() {
        for (const auto& process : processes) (void)end_process(process, std::chrono::milliseconds(0));
    }
    Result<void> prepare(const WeaviateServerOptions& options);
    Result<void> start_all();
};

Result<void> WeaviateServer::State::prepare(const WeaviateServerOptions& options) {
    ELY_TRY_ASSIGN(launch.program, server_program(options.version));
    ELY_TRY_ASSIGN(const auto ports, free_ports(options.nodes, k_ports));
    for (unsigned node = 0; node < options.nodes; ++node)
        launch.nodes.push_back({ports[node], folder.path() / node_name(node)});
    launch.modules = options.modules;
    launch.environment = server_environment(options);
    launch.inherit_environment = false;
    launch.lifetime = Lifetime::ends_with_us;
    HttpClientOptions client_options;
    if (options.tls) {
        ELY_TRY_ASSIGN(launch.tls, make_certificate(folder.path()));
        client_options.ca_file = folder.path() / "ca.pem";
    }
    client.emplace(client_options);
    return {};
}

Result<void> WeaviateServer::State::start_all() {
    for (unsigned node = 0; node < launch.nodes.size(); ++node) {
        ELY_TRY_ASSIGN(const auto process, start_node(launch, node));
        processes.push_back(process);
        // The others join it; one that finds nobody there gives up.
        if (node == 0) ELY_TRY(wait_until_it_gossips(launch, node, process, k_patience, {}));
    }
    for (unsigned node = 0; node < launch.nodes.size(); ++node)
        ELY_TRY(wait_until_ready(launch, node, processes[node], *client, k_patience, {}));
    return {};
}

WeaviateServer::WeaviateServer(std::unique_ptr<State> state) : m_state(std::move(state)) {}
WeaviateServer::WeaviateServer(WeaviateServer&& other) noexcept = default;
WeaviateServer& WeaviateServer::operator=(WeaviateServer&& other) noexcept = default;
WeaviateServer::~WeaviateServer() = default;

Result<WeaviateServer> WeaviateServer::start(const WeaviateServerOptions& options) {
    auto state = std::make_unique<State>();
    ELY_TRY(state->prepare(options));
    ELY_TRY(state->start_all());
    return WeaviateServer(std::move(state));
}

std::string WeaviateServer::url(unsigned node) const {
    return rest_url(m_state->launch, node);
}

std::string WeaviateServer::grpc(unsigned node) const {
    return fmt::format("127.0.0.1:{}", m_state->launch.nodes.at(node).ports.grpc);
}

Path WeaviateServer::data_folder(unsigned node) const {
    return m_state->launch.nodes.at(node).data();
}

Path WeaviateServer::ca_file() const {
    return m_state->folder.path() / "ca.pem";
}

int WeaviateServer::process_id(unsigned node) const {
    return m_state->processes.at(node).pid;
}

std::string WeaviateServer::log_tail(unsigned node) const {
    return log_end(m_state->launch.nodes.at(node).log(), 20).text;
}

void WeaviateServer::kill(unsigned node) {
    (void)end_process(m_state->processes.at(node), std::chrono::milliseconds(0));
}

void WeaviateServer::stop(unsigned node) {
    (void)end_process(m_state->processes.at(node), k_patience);
}

Result<void> WeaviateServer::restart(unsigned node) {
    auto& process = m_state->processes.at(node);
    if (is_running(process)) return fail(Code::conflict, node_name(node) + " runs: kill it first");
    ELY_TRY_ASSIGN(process, start_node(m_state->launch, node));
    return wait_until_ready(m_state->launch, node, process, *m_state->client, k_patience, {});
}

model::ClusterAccess access_to(const WeaviateServer& server) {
    model::ClusterAccess out;
    out.name = "test";
    out.url = server.url();
    out.grpc = server.grpc();
    out.grpc_tls = out.url.starts_with("https");
    return out;
}

Result<std::unique_ptr<Store>> emptied_store(const model::ClusterAccess& access) {
    ELY_TRY_ASSIGN(auto store, open_weaviate_store(access));
    ELY_TRY_ASSIGN(const auto names, store->list());
    for (const auto& name : names) ELY_TRY(store->drop(name));
    return store;
}

Result<WeaviateServer*> shared_weaviate(const WeaviateServerOptions& options) {
    static std::map<WeaviateServerOptions, WeaviateServer> servers;
    const auto found = servers.find(options);
    if (found != servers.end()) return &found->second;
    ELY_TRY_ASSIGN(auto server, WeaviateServer::start(options));
    return &servers.emplace(options, std::move(server)).first->second;
}

}  // namespace ely::store::testing
