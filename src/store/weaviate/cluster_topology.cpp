#include "store/weaviate/cluster_topology.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "store/weaviate/json_fields.hpp"

namespace ely::store::weaviate {
namespace {

using model::HealthState;
using model::HealthStep;
using nlohmann::json;

constexpr int k_forbidden = 403;
constexpr int k_not_found = 404;
constexpr int k_not_implemented = 501;

constexpr const char* k_start_node = "start the node that is missing, or look at its log";

// Why a step has nothing to judge; nullopt when it has.
std::optional<HealthStep> without_answer(const std::optional<RestAnswer>& answer, HealthStep step) {
    if (!answer) {
        step.state = HealthState::untold;
        step.text = model::k_not_asked;
        return step;
    }
    if (answer->body) return std::nullopt;
    if (answer->status == k_forbidden) {
        step.state = HealthState::untold;
        step.text = "this key may not ask";
    } else if (answer->status == k_not_found || answer->status == k_not_implemented) {
        step.state = HealthState::untold;
        step.text = "this server does not tell";
    } else {
        // One node that is away is enough for the server not to tell of any.
        step.state = HealthState::failed;
        step.text = answer->body.error().text();
        step.next = k_start_node;
    }
    return step;
}

const json& told(const std::optional<RestAnswer>& answer) {
    static const json nothing;
    return answer && answer->body ? *answer->body : nothing;
}

const json& node_list(const ClusterAnswers& answers) {
    return list_field(told(answers.nodes), "nodes");
}

// Names of those that belong to the cluster, whether they are there or not.
std::set<std::string> members(const ClusterAnswers& answers) {
    std::set<std::string> out;
    for (const auto& node : list_field(told(answers.statistics), "statistics")) {
        for (const auto& member : list_field(field(node, "raft"), "latestConfiguration")) {
            out.insert(text_field(member, "id"));
        }
    }
    return out;
}

std::string plural(std::size_t count, std::string_view word) {
    return fmt::format("{} {}{}", format_count(count), word, count == 1 ? "" : "s");
}

// "a, b and 3 more"
std::string shortened(const std::vector<std::string>& names) {
    constexpr std::size_t k_shown = 5;
    if (names.size() <= k_shown + 1) return join(names, ", ");
    const std::vector<std::string> first(names.begin(), names.begin() + k_shown);
    return fmt::format("{} and {} more", join(first, ", "), format_count(names.size() - k_shown));
}

struct Copies {
    std::string name;
    std::uint64_t count;
};

std::vector<Copies> copies_of_collections(const ClusterAnswers& answers) {
    std::vector<Copies> out;
    for (const auto& one : list_field(told(answers.schema), "classes")) {
        const auto factor = count_field(field(one, "replicationConfig"), "factor");
        out.push_back({text_field(one, "class"), std::max<std::uint64_t>(factor, 1)});
    }
    return out;
}

}  // namespace

std::vector<model::NodeHealth> nodes_of(const ClusterAnswers& answers) {
    std::vector<model::NodeHealth> out;
    for (const auto& node : node_list(answers)) {
        const auto& stats = field(node, "stats");
        out.push_back({text_field(node, "name"), text_field(node, "status"), text_field(node, "version"),
                       count_field(stats, "shardCount"), count_field(stats, "objectCount")});
    }
    return out;
}

HealthStep judge_nodes(const ClusterAnswers& answers) {
    HealthStep out{"nodes", "Nodes", HealthState::ok, {}, {}, {}};
    if (auto step = without_answer(answers.nodes, out)) return *step;
    const auto nodes = nodes_of(answers);
    std::vector<std::string> unwell;
    std::set<std::string> versions;
    for (const auto& node : nodes) {
        out.details.push_back(fmt::format("{}: {}, {}, {}, {}", node.name, to_lower_ascii(node.status), node.version,
                                          plural(node.shards, "shard"), plural(node.objects, "object")));
        versions.insert(node.version);
        if (node.status != "HEALTHY") unwell.push_back(fmt::format("{} is {}", node.name, node.status));
    }
    if (!unwell.empty()) {
        out.state = HealthState::failed;
        out.text = join(unwell, ", ");
        out.next = k_start_node;
        return out;
    }
    std::vector<std::string> closed;
    for (const auto& node : node_list(answers)) {
        const auto mode = text_field(node, "operationalMode");
        if (!mode.empty() && mode != "ReadWrite") {
            closed.push_back(fmt::format("{} is {}", text_field(node, "name"), mode));
        }
    }
    out.text = nodes.size() == 1 ? "one, healthy" : fmt::format("{}, all healthy", nodes.size());
    if (!closed.empty()) {
        out.state = HealthState::warning;
        out.text = join(closed, ", ");
        out.next = "nothing can be written there: see to the nodes' OPERATIONAL_MODE";
    } else if (versions.size() > 1) {
        out.state = HealthState::warning;
        out.text = "of different versions: " + join({versions.begin(), versions.end()}, ", ");
        out.next = "bring all nodes to the same version of Weaviate";
    } else if (nodes.empty()) {
        out.state = HealthState::failed;
        out.text = "the server knows none, not even itself";
        out.next = "look at the server's log";
    }
    return out;
}

HealthStep judge_raft(const ClusterAnswers& answers) {
    HealthStep out{"raft", "Raft", HealthState::ok, {}, {}, {}};
    if (auto step = without_answer(answers.statistics, out)) return *step;
    const auto& statistics = list_field(told(answers.statistics), "statistics");
    std::set<std::string> leaders;
    std::vector<std::string> late;
    auto missing = members(answers);
    const auto all = missing.size();
    for (const auto& node : statistics) {
        const auto name = text_field(node, "name");
        const auto leader = text_field(node, "leaderId");
        const auto& raft = field(node, "raft");
        missing.erase(name);
        if (!leader.empty()) leaders.insert(leader);
        if (field(node, "ready") != json(true)) late.push_back(name);
        out.details.push_back(fmt::format("{}: {}, entry {} of {} applied", name,
                                          to_lower_ascii(text_field(raft, "state")), text_field(raft, "appliedIndex"),
                                          text_field(raft, "lastLogIndex")));
    }
    if (leaders.size() != 1) {
        out.state = HealthState::failed;
        out.text = leaders.empty()
                       ? "no node leads: nothing can be created or changed"
                       : "the nodes follow different leaders: " + join({leaders.begin(), leaders.end()}, ", ");
        out.next = k_start_node;
    } else if (!missing.empty()) {
        out.state = HealthState::failed;
        out.text = fmt::format("{} leads; missing of {} members: {}", *leaders.begin(), all,
                               join({missing.begin(), missing.end()}, ", "));
        out.next = k_start_node;
    } else if (!late.empty() || field(told(answers.statistics), "synchronized") == json(false)) {
        out.state = HealthState::warning;
        out.text =
            fmt::format("{} leads; {}", *leaders.begin(),
                        late.empty() ? "its followers are not yet where it is" : "not ready yet: " + join(late, ", "));
        out.next = "wait a moment, and check again";
    } else {
        out.text = all <= 1 ? fmt::format("{} leads, alone", *leaders.begin())
                            : fmt::format("{} leads, all {} members are in step", *leaders.begin(), all);
    }
    return out;
}

HealthStep judge_replication(const ClusterAnswers& answers) {
    HealthStep out{"replication", "Copies", HealthState::ok, {}, {}, {}};
    if (auto step = without_answer(answers.schema, out)) return *step;
    const auto there = node_list(answers).size();
    const auto all = std::max(there, members(answers).size());
    if (all == 0) return {out.name, out.title, HealthState::untold, "how many nodes there are is not known", {}, {}};
    std::vector<std::string> single;
    std::vector<std::string> short_of;
    const auto collections = copies_of_collections(answers);
    for (const auto& one : collections) {
        if (one.count == 1) single.push_back(one.name);
        if (there > 0 && one.count > there) short_of.push_back(one.name);
    }
    out.text = collections.empty() ? "no collection yet"
               : all == 1          ? "one of each collection, on the one node"
                                   : fmt::format("several of each collection, on {} nodes", all);
    if (!short_of.empty()) {
        out.state = HealthState::warning;
        out.text = fmt::format("{} of {} collections have fewer than they are meant to: {}", short_of.size(),
                               collections.size(), shortened(short_of));
        out.next = k_start_node;
    } else if (all > 1 && !single.empty()) {
        out.state = HealthState::warning;
        out.text = fmt::format("{} of {} collections have one only, and are away while its node is: {}", single.size(),
                               collections.size(), shortened(single));
        out.next = "a collection is made with as many copies as there are nodes then: remove it and add it again";
    }
    return out;
}

HealthStep judge_shards(const ClusterAnswers& answers) {
    HealthStep out{"shards", "Shards", HealthState::ok, {}, {}, {}};
    if (auto step = without_answer(answers.schema, out)) return *step;
    std::uint64_t all = 0;
    std::vector<std::string> read_only;
    std::vector<std::string> unready;
    std::vector<std::string> untold;
    std::vector<std::string> away;
    for (const auto& [name, answer] : answers.shards) {
        if (!answer.body || !answer.body->is_array()) {
            (answer.status == k_forbidden ? untold : away).push_back(name);
            continue;
        }
        for (const auto& shard : *answer.body) {
            ++all;
            const auto status = text_field(shard, "status");
            if (status == "READY") continue;
            out.details.push_back(fmt::format("{} {}: {}", name, text_field(shard, "name"), status));
            (status == "READONLY" ? read_only : unready).push_back(name);
        }
    }
    const auto ready = all - read_only.size() - unready.size();
    out.text = fmt::format("{} of {} ready", format_count(ready), format_count(all));
    if (!untold.empty()) out.details.push_back("not told: " + shortened(untold));
    if (!read_only.empty()) {
        out.state = HealthState::failed;
        out.text += "; nothing can be written to " + shortened(read_only);
        out.next =
            "is a node's disk full? make room, then set the shards READY again (PUT /v1/schema/NAME/shards/SHARD)";
    } else if (!away.empty()) {
        out.state = HealthState::failed;
        out.text += "; not all are to be reached of " + shortened(away);
        out.next = k_start_node;
    } else if (!unready.empty()) {
        out.state = HealthState::warning;
        out.next = "wait a moment, and check again";
    } else if (!untold.empty() && all == 0) {
        out.state = HealthState::untold;
        out.text = "this key may not ask";
    }
    return out;
}

HealthStep judge_vector_queues(const ClusterAnswers& answers) {
    HealthStep out{"vector_queues", "Vectors", HealthState::ok, {}, {}, {}};
    if (auto step = without_answer(answers.nodes, out)) {
        // Why, the step of the nodes says.
        if (step->state == HealthState::failed)
            return {out.name, out.title, HealthState::untold, "the nodes do not tell", {}, {}};
        return *step;
    }
    std::map<std::string, std::uint64_t> waiting;
    std::uint64_t seen = 0;
    std::uint64_t all = 0;
    for (const auto& node : node_list(answers)) {
        all += count_field(field(node, "stats"), "shardCount");
        for (const auto& shard : list_field(node, "shards")) {
            ++seen;
            if (const auto length = count_field(shard, "vectorQueueLength"); length > 0) {
                waiting[text_field(shard, "class")] += length;
            }
        }
    }
    if (seen == 0 && all > 0) return {out.name, out.title, HealthState::untold, "this key may not ask", {}, {}};
    out.text = "none waits to be indexed";
    if (waiting.empty()) return out;
    std::vector<std::string> names;
    std::uint64_t sum = 0;
    for (const auto& [name, length] : waiting) {
        sum += length;
        names.push_back(name);
        out.details.push_back(fmt::format("{}: {}", name, format_count(length)));
    }
    out.state = HealthState::warning;
    out.text = fmt::format("{} wait to be indexed, and searches miss them: {}", format_count(sum), shortened(names));
    out.next = "wait a moment, and check again";
    return out;
}

}  // namespace ely::store::weaviate
