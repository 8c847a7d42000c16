#include "store/weaviate/cluster_check.hpp"

#include <utility>

#include "store/weaviate/cluster_judgement.hpp"
#include "store/weaviate/json_fields.hpp"
#include "store/weaviate/rpc.hpp"

namespace ely::store::weaviate {
namespace {

constexpr std::chrono::seconds k_timeout(10);  // for each question

std::vector<GrpcAnswer> look_at_grpc(const model::ClusterAccess& access) {
    if (access.grpc.empty()) return {};
    const auto rpc = Rpc::make(access);
    if (!rpc) return {{access.grpc, fail(rpc.error())}};
    std::vector<GrpcAnswer> out;
    for (const auto& address : (*rpc)->addresses()) out.push_back({address, (*rpc)->look(out.size())});
    return out;
}

// Of a cluster with several addresses each by itself.
std::vector<std::string> silent_urls(model::ClusterAccess access) {
    if (access.other_urls.empty()) return {};
    auto urls = std::exchange(access.other_urls, {});
    urls.insert(urls.begin(), access.url);
    std::vector<std::string> out;
    for (const auto& url : urls) {
        access.url = url;
        if (Rest(access).look("/v1/meta", k_timeout).status == 0) out.push_back(url);
    }
    return out;
}

void ask_for_shards(const Rest& rest, ClusterAnswers& answers) {
    if (!answers.schema->body) return;
    for (const auto& one : list_field(*answers.schema->body, "classes")) {
        const auto name = text_field(one, "class");
        if (!name.empty()) answers.shards[name] = rest.look("/v1/schema/" + name + "/shards", k_timeout);
    }
}

}  // namespace

model::HealthReport check(const model::ClusterAccess& access, const Clock& clock) {
    const Rest rest(access);
    ClusterAnswers answers;
    answers.name = access.name;
    answers.url = access.url;
    answers.key = !access.api_key.empty();
    answers.silent_urls = silent_urls(access);
    answers.meta = rest.look("/v1/meta", k_timeout);
    answers.met_at = clock.now();
    answers.grpc = look_at_grpc(access);
    if (lets_in(answers.meta)) {
        answers.ready = rest.look("/v1/.well-known/ready", k_timeout);
        answers.nodes = rest.look("/v1/nodes?output=verbose", k_timeout);
        answers.statistics = rest.look("/v1/cluster/statistics", k_timeout);
        answers.schema = rest.look("/v1/schema", k_timeout);
        answers.own_info = rest.look("/v1/users/own-info", k_timeout);
        ask_for_shards(rest, answers);
    }
    return judge(answers);
}

}  // namespace ely::store::weaviate
