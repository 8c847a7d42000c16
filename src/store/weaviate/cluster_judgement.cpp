#include "store/weaviate/cluster_judgement.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "store/weaviate/cluster_rights.hpp"
#include "store/weaviate/cluster_topology.hpp"
#include "store/weaviate/json_fields.hpp"
#include "store/weaviate/server.hpp"
#include "store/weaviate/vectorizer.hpp"

namespace ely::store::weaviate {
namespace {

using model::HealthState;
using model::HealthStep;

constexpr int k_unauthorized = 401;
constexpr int k_forbidden = 403;
constexpr int k_server_error = 500;
constexpr int k_not_implemented = 501;
constexpr int k_unavailable = 503;
constexpr std::string_view k_elysia_metadata = "ELYSIA_METADATA__";

bool is_refused(const RestAnswer& meta) {
    return meta.status == k_unauthorized || meta.status == k_forbidden;
}

std::string version_of(const RestAnswer& meta) {
    return meta.body ? text_field(*meta.body, "version") : std::string();
}

// Errors of the client give as their next step the check that is being made.
std::string next_of(const Error& error, const std::string& otherwise) {
    return error.hint.empty() || error.hint.starts_with("elysiactl cluster check") ? otherwise : error.hint;
}

std::string milliseconds(double seconds) {
    constexpr double k_milliseconds = 1000;
    return fmt::format("{:.0f} ms", std::max(1.0, seconds * k_milliseconds));
}

std::string look_at_address(const ClusterAnswers& answers) {
    return fmt::format("is the server running, and is this its address? elysiactl cluster show {}", answers.name);
}

HealthStep judge_rest(const ClusterAnswers& answers) {
    HealthStep out{"rest", "REST", HealthState::failed, {}, {}, {}};
    const auto& meta = answers.meta;
    if (meta.status == 0) {
        out.text = meta.body ? "no answer" : meta.body.error().text();
        out.next = meta.body ? look_at_address(answers) : next_of(meta.body.error(), look_at_address(answers));
        return out;
    }
    if (meta.status >= k_server_error && meta.status != k_not_implemented) {
        out.text = meta.body ? fmt::format("status {}", meta.status) : meta.body.error().text();
        out.next = "look at the server's log";
        return out;
    }
    if (!is_refused(meta) && version_of(meta).empty()) {
        out.text = fmt::format("what answers at {} is no Weaviate", answers.url);
        out.next = look_at_address(answers);
        return out;
    }
    out.text = "reached in " + milliseconds(meta.seconds);
    if (answers.ready && answers.ready->status == k_unavailable) {
        out.text += ", but the server says that it is not ready";
        out.next = "wait until it has started; if it has, is it alone of several nodes?";
        return out;
    }
    out.state = HealthState::ok;
    if (answers.silent_urls.empty()) return out;
    out.state = HealthState::warning;
    out.text += "; no answer from " + join(answers.silent_urls, ", ");
    out.next = look_at_address(answers);
    return out;
}

HealthStep judge_version(const ClusterAnswers& answers) {
    HealthStep out{"version", "Version", HealthState::ok, version_of(answers.meta), {}, {}};
    if (out.text.empty()) {
        out.state = HealthState::untold;
        out.text = model::k_not_asked;
    } else if (!is_supported(out.text)) {
        out.state = HealthState::failed;
        out.text += fmt::format(", and {} is the oldest that works", k_oldest_version);
        out.next = "update the server";
    }
    return out;
}

HealthStep judge_key(const ClusterAnswers& answers) {
    HealthStep out{"key", "Key", HealthState::ok, {}, {}, {}};
    if (is_refused(answers.meta)) {
        out.state = HealthState::failed;
        out.text = answers.key ? "the server does not accept it" : "the server asks for one, and the profile has none";
        out.next =
            answers.key
                ? fmt::format(
                      "elysiactl cluster show {} says where it comes from; a server that lets everybody in takes none",
                      answers.name)
                : how_to_give_a_key(answers);
    } else if (!lets_in(answers.meta)) {
        out.state = HealthState::untold;
        out.text = model::k_not_asked;
    } else if (!answers.key) {
        out.text = "none, and none is asked for";
    } else {
        out.text = "accepted";
    }
    return out;
}

HealthStep judge_grpc(const ClusterAnswers& answers) {
    HealthStep out{"grpc", "gRPC", HealthState::ok, {}, {}, {}};
    if (answers.grpc.empty()) {
        out.text = "not used: objects travel over REST";
        return out;
    }
    double slowest = 0;
    std::vector<std::string> silent;
    const Error* error = nullptr;
    for (const auto& one : answers.grpc) {
        if (one.seconds) {
            slowest = std::max(slowest, *one.seconds);
            continue;
        }
        silent.push_back(one.address);
        if (error == nullptr) error = &one.seconds.error();
    }
    if (error == nullptr) {
        out.text = "reached in " + milliseconds(slowest);
        return out;
    }
    out.next = answers.meta.status == 0
                   ? look_at_address(answers)
                   : fmt::format("is {} its gRPC address? elysiactl cluster show {}", silent.front(), answers.name);
    if (silent.size() == answers.grpc.size()) {
        out.state = HealthState::failed;
        out.text = error->text();
        return out;
    }
    out.state = HealthState::warning;
    out.text = fmt::format("{} of {} addresses answer; not {}", answers.grpc.size() - silent.size(),
                           answers.grpc.size(), join(silent, ", "));
    out.details.push_back(error->text());
    return out;
}

bool is_vectorizer(std::string_view module) {
    return module.find("2vec") != std::string_view::npos || module.find("2multivec") != std::string_view::npos;
}

// Modules that collections take their vectors from.
std::map<std::string, std::string> vectorizers_in_use(const ClusterAnswers& answers) {
    std::map<std::string, std::string> out;
    if (!answers.schema || !answers.schema->body) return out;
    for (const auto& one : list_field(*answers.schema->body, "classes")) {
        const auto name = text_field(one, "class");
        out.emplace(text_field(one, "vectorizer"), name);
        const auto& vectors = field(one, "vectorConfig");
        if (!vectors.is_object()) continue;
        for (const auto& [vector, config] : vectors.items()) {
            const auto& vectorizer = field(config, "vectorizer");
            if (!vectorizer.is_object()) continue;
            for (const auto& [module, settings] : vectorizer.items()) out.emplace(module, name);
        }
    }
    out.erase("");
    out.erase("none");
    return out;
}

HealthStep judge_modules(const ClusterAnswers& answers) {
    HealthStep out{"modules", "Modules", HealthState::ok, {}, {}, {}};
    if (!lets_in(answers.meta)) {
        out.state = HealthState::untold;
        out.text = model::k_not_asked;
        return out;
    }
    std::vector<std::string> vectorizers;
    std::vector<std::string> others;
    if (const auto& modules = field(*answers.meta.body, "modules"); modules.is_object()) {
        for (const auto& [name, facts] : modules.items()) (is_vectorizer(name) ? vectorizers : others).push_back(name);
    }
    out.text = fmt::format("{} vectorizers, {} others", vectorizers.size(), others.size());
    // The one that can embed queries with the local model.
    if (std::ranges::find(vectorizers, k_transformers) != vectorizers.end()) {
        out.text += fmt::format("; {} is there", k_transformers);
    }
    if (!vectorizers.empty()) out.details.push_back("vectorizers: " + join(vectorizers, ", "));
    if (!others.empty()) out.details.push_back("others: " + join(others, ", "));
    for (const auto& [module, collection] : vectorizers_in_use(answers)) {
        if (std::ranges::find(vectorizers, module) != vectorizers.end()) continue;
        out.state = HealthState::failed;
        out.text = fmt::format("{} takes its vectors from {}, which the server does not have", collection, module);
        out.next = fmt::format("have the server started with {} among its ENABLE_MODULES", module);
    }
    return out;
}

HealthStep judge_clock(const ClusterAnswers& answers) {
    HealthStep out{"clock", "Clock", HealthState::untold, "not told", {}, {}};
    const auto& meta = answers.meta;
    if (meta.status == 0) out.text = model::k_not_asked;
    if (!meta.date) return out;
    // The server tells whole seconds, and tells them while the answer is under way.
    constexpr double k_half_a_second = 0.5;
    constexpr double k_tolerated = 5;
    const double ahead =
        std::chrono::duration<double>(*meta.date - answers.met_at).count() + k_half_a_second + meta.seconds / 2;
    out.state = HealthState::ok;
    out.text = "the server's agrees with this machine's";
    if (std::abs(ahead) > k_tolerated) {
        out.state = HealthState::warning;
        out.text = fmt::format("the server's is {} {} this machine's", format_duration(std::abs(ahead)),
                               ahead > 0 ? "ahead of" : "behind");
        out.next =
            "set the clock that is wrong; nodes of a cluster need the same time to tell newer objects from older";
    }
    return out;
}

HealthStep judge_elysia(const ClusterAnswers& answers) {
    HealthStep out{"elysia", "Elysia", HealthState::untold, std::string(model::k_not_asked), {}, {}};
    if (!answers.schema) return out;
    if (!answers.schema->body) {
        out.text = "not told";
        return out;
    }
    out.state = HealthState::ok;
    const auto& classes = list_field(*answers.schema->body, "classes");
    const bool there =
        std::ranges::any_of(classes, [](const auto& one) { return text_field(one, "class") == k_elysia_metadata; });
    out.text = fmt::format("{} {}", k_elysia_metadata, there ? "is there" : "is not there yet");
    return out;
}

}  // namespace

bool lets_in(const RestAnswer& meta) {
    return !version_of(meta).empty();
}

model::HealthReport judge(const ClusterAnswers& answers) {
    model::HealthReport out;
    out.name = answers.name;
    out.location = answers.url;
    out.version = version_of(answers.meta);
    out.nodes = nodes_of(answers);
    out.silent = answers.meta.status == 0 &&
                 std::ranges::none_of(answers.grpc, [](const GrpcAnswer& one) { return one.seconds.has_value(); });
    out.steps = {judge_rest(answers),          judge_grpc(answers),        judge_version(answers),
                 judge_key(answers),           judge_rights(answers),      judge_nodes(answers),
                 judge_raft(answers),          judge_replication(answers), judge_shards(answers),
                 judge_vector_queues(answers), judge_modules(answers),     judge_clock(answers),
                 judge_elysia(answers)};
    return out;
}

}  // namespace ely::store::weaviate
