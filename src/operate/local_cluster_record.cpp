#include "operate/local_cluster_record.hpp"

#include <nlohmann/json.hpp>

namespace ely::operate {
namespace {

using Json = nlohmann::ordered_json;

constexpr int k_format = 1;

Json node_json(const LocalNode& node) {
    return {{"rest", node.ports.rest}, {"grpc", node.ports.grpc},         {"gossip", node.ports.gossip},
            {"data", node.ports.data}, {"raft", node.ports.raft},         {"raft_rpc", node.ports.raft_rpc},
            {"pid", node.process.pid}, {"started", node.process.started}, {"boot", node.process.boot}};
}

LocalNode node_of(const Json& json) {
    LocalNode out;
    json.at("rest").get_to(out.ports.rest);
    json.at("grpc").get_to(out.ports.grpc);
    json.at("gossip").get_to(out.ports.gossip);
    json.at("data").get_to(out.ports.data);
    json.at("raft").get_to(out.ports.raft);
    json.at("raft_rpc").get_to(out.ports.raft_rpc);
    json.at("pid").get_to(out.process.pid);
    json.at("started").get_to(out.process.started);
    json.at("boot").get_to(out.process.boot);
    return out;
}

Json server_json(const ServerProgram& server) {
    if (!server.container) return {{"program", server.program.string()}};
    return {{"runtime", server.container->runtime},
            {"image", server.container->image},
            {"container", server.container->name}};
}

ServerProgram server_of(const Json& json) {
    if (json.contains("program")) return {json["program"].get<std::string>(), {}};
    return {{}, store::ServerContainer{json.at("runtime"), json.at("image"), json.at("container")}};
}

}  // namespace

Path record_file(const Path& cluster_folder) {
    return cluster_folder / "cluster.json";
}

Result<void> write_record(const LocalCluster& cluster) {
    Json nodes = Json::array();
    for (const auto& node : cluster.nodes) nodes.push_back(node_json(node));
    const Json json{{"format", k_format},
                    {"name", cluster.name},
                    {"version", cluster.version},
                    {"server", server_json(cluster.server)},
                    {"embed_endpoint", cluster.embed_endpoint},
                    {"nodes", nodes}};
    return write_file_atomic(record_file(cluster.folder), json.dump(2) + "\n", 0600);
}

Result<LocalCluster> read_record(const Path& cluster_folder) {
    const auto file = record_file(cluster_folder);
    ELY_TRY_ASSIGN(const auto text, read_file(file));
    const auto json = Json::parse(text, nullptr, false);
    const auto hint = "if nothing of it runs any more, remove the folder " + cluster_folder.string();
    try {
        if (json.is_discarded() || json.at("format") != k_format)
            return fail(Code::corrupt, file.string() + " is no record of a local cluster", hint);
        LocalCluster out;
        out.folder = cluster_folder;
        json.at("name").get_to(out.name);
        json.at("version").get_to(out.version);
        json.at("embed_endpoint").get_to(out.embed_endpoint);
        out.server = server_of(json.at("server"));
        for (const auto& node : json.at("nodes")) out.nodes.push_back(node_of(node));
        if (out.nodes.empty()) return fail(Code::corrupt, file.string() + " names no node", hint);
        return out;
    } catch (const nlohmann::json::exception& e) {
        return fail(Code::corrupt, file.string() + ": " + e.what(), hint);
    }
}

}  // namespace ely::operate
