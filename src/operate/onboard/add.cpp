#include "operate/onboard/add.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/crash_point.hpp"
#include "base/text.hpp"
#include "index/code_schema.hpp"
#include "model/cluster_profile.hpp"
#include "model/schema_json.hpp"
#include "operate/clusters.hpp"
#include "operate/code_collection.hpp"
#include "operate/onboard/estimate.hpp"
#include "operate/onboard/remove.hpp"
#include "store/batch/batch.hpp"

namespace ely::operate {
namespace {

// A name fit for a command line, a file name and a collection: letters, digits, '_', '-' and '.'.
std::string to_name(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                           c == '-' || c == '.';
        out.push_back(plain ? c : '-');
    }
    while (out.starts_with('.') || out.starts_with('-')) out.erase(0, 1);
    return out.empty() ? "repository" : out;
}

Result<void> check_name(std::string_view name) {
    if (!name.empty() && name.size() <= 100 && name == to_name(name)) return {};
    return fail(Code::usage, fmt::format("\"{}\" is not a name for a repository", printable(name)),
                "use up to 100 letters, digits, '_', '-' and '.', beginning with a letter or digit");
}

model::RepoEntry to_entry(const AddRequest& request) {
    model::RepoEntry entry;
    entry.url = request.url;
    entry.cluster = request.cluster;
    entry.branch = request.branch;
    entry.vectorizer = request.vectorizer;
    entry.vector_model = request.vector_model;
    if (!request.ids.empty()) entry.ids = request.ids;
    entry.include_patterns = request.include_patterns;
    entry.exclude_patterns = request.exclude_patterns;
    entry.max_file_size = request.max_file_size;
    entry.elysia = request.elysia;
    return entry;
}

// What was asked for otherwise when the add was begun; empty when nothing was.
std::string difference(const AddRequest& request, const model::RepoEntry& begun) {
    const auto differs = [](const std::string& asked, const std::string& known) {
        return !asked.empty() && asked != known;
    };
    if (request.cluster != begun.cluster) {
        return "--cluster " + (begun.cluster.empty() ? std::string(model::k_embedded_cluster) : begun.cluster);
    }
    if (differs(request.collection, begun.collection)) return "--collection " + begun.collection;
    if (differs(request.branch, begun.branch)) return "--branch \"" + begun.branch + "\"";
    if (differs(request.vectorizer, begun.vectorizer)) return "--vectorizer " + begun.vectorizer;
    if (differs(request.vector_model, begun.vector_model)) return "--model \"" + begun.vector_model + "\"";
    if (differs(request.ids, begun.ids)) return "--ids " + begun.ids;
    if (!request.elysia && begun.elysia) return "metadata for Elysia";
    if (!request.include_patterns.empty() && request.include_patterns != begun.include_patterns) {
        return "--include-pattern \"" + join(begun.include_patterns, ",") + "\"";
    }
    if (!request.exclude_patterns.empty() && request.exclude_patterns != begun.exclude_patterns) {
        return "--exclude-pattern \"" + join(begun.exclude_patterns, ",") + "\"";
    }
    return {};
}

// The entry that is there already under this name: true when it is the same repository's unfinished add.
Result<bool> check_known(const model::RepoEntry& wanted, const model::RepoEntry& known) {
    if (known.repository != wanted.repository) {
        return fail(Code::already_exists, fmt::format("the name \"{}\" belongs to {}", known.name, known.url),
                    "choose another one with --name");
    }
    if (known.status == "adding") return true;
    if (known.cluster != wanted.cluster) {
        return fail(
            Code::already_exists,
            fmt::format("{} is already added, as \"{}\", in {}", known.url, known.name, store_text(known.cluster)),
            "to keep it in " + store_text(wanted.cluster) + " as well, give it another name with --name");
    }
    return fail(Code::already_exists, fmt::format("{} is already added, as \"{}\"", known.url, known.name),
                fmt::format("elysiactl repo sync {}   or   elysiactl repo status {}", known.name, known.name));
}

// Two entries of one repository in one collection would take each other's objects away.
Result<void> check_alone(Workspace& workspace, const model::RepoEntry& entry) {
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    ELY_TRY_ASSIGN(const auto all, state->repositories());
    for (const auto& other : all) {
        if (other.name == entry.name || other.repository != entry.repository || other.address() != entry.address()) {
            continue;
        }
        return fail(
            Code::already_exists,
            fmt::format("collection \"{}\" has this repository already, as \"{}\"", other.collection, other.name),
            fmt::format("elysiactl repo sync {}, or another collection with --collection", other.name));
    }
    return {};
}

Result<void> check_vectorizer(const model::RepoEntry& entry) {
    const auto& name = entry.vectorizer;
    const bool of_server = name.starts_with("text2vec-");
    if (!name.empty() && name != "local" && name != "none" && !of_server) {
        return fail(Code::usage, fmt::format("\"{}\" is no vectorizer", name),
                    "use local, none, or a module of the cluster: text2vec-openai, text2vec-ollama, …");
    }
    if (of_server && entry.cluster.empty()) {
        return fail(Code::usage, fmt::format("the embedded store has no {}", name),
                    "use --vectorizer local, or --cluster NAME for a Weaviate that has it");
    }
    if (!entry.vector_model.empty() && !of_server) {
        return fail(Code::usage, "--model names the model of a cluster's vectorizer",
                    "give --vectorizer text2vec-… too, or leave --model out");
    }
    return {};
}

// Whether there is one; then the entry follows its vectors.
Result<bool> check_collection(Workspace& workspace, model::RepoEntry& entry) {
    ELY_TRY_ASSIGN(auto* store, workspace.store(entry.cluster));
    const auto collection = store->open(entry.collection);
    if (!collection) {
        if (collection.error().code != Code::not_found) return fail(collection.error());
        if (entry.vectorizer.empty()) entry.vectorizer = "local";
        return false;
    }
    const auto& schema = (*collection)->schema();
    if (const auto missing = index::missing_for_code(schema); !missing.empty()) {
        return fail(Code::conflict,
                    fmt::format("collection \"{}\" was not made for code: {}", entry.collection, missing),
                    "choose another one with --collection");
    }
    const auto has = schema.vectors.empty() ? std::string("none") : schema.vectors.front().vectorizer;
    if (!entry.vectorizer.empty() && entry.vectorizer != has) {
        return fail(
            Code::conflict,
            fmt::format("the vectorizer of collection \"{}\" is {}, not {}", entry.collection, has, entry.vectorizer),
            "leave --vectorizer out, or choose another collection with --collection");
    }
    entry.vectorizer = has;
    return true;
}

// An add that had been interrupted is taken up as it was begun.
Result<void> resume(Workspace& workspace, const AddRequest& request, const model::RepoEntry& begun, AddPlan& plan,
                    const std::stop_token& stop) {
    if (const auto other = difference(request, begun); !other.empty()) {
        return fail(Code::conflict, fmt::format("an add of \"{}\" with {} was interrupted", begun.name, other),
                    fmt::format("elysiactl repo sync {} goes on with it; elysiactl repo remove {} --delete-collection "
                                "undoes it",
                                begun.name, begun.name));
    }
    plan.entry = begun;
    plan.resumes = true;
    ELY_TRY_ASSIGN(plan.discovery, workspace.mgit(std::string()).inspect(plan.entry, stop));
    return {};
}

// What is told of an add that did not end: undone as a whole, or how to go on.
Error after_failure(Workspace& workspace, const AddPlan& plan, const Withdrawal& made, Error error) {
    const auto& name = plan.entry.name;
    if (error.code == Code::cancelled || plan.resumes) {
        error.hint =
            fmt::format("the same command goes on; elysiactl repo remove {} --delete-collection undoes it", name);
        return error;
    }
    if (const auto undone = withdraw(workspace, plan.entry, made); !undone) {
        error.hint = fmt::format("it could not be undone ({}); do so with elysiactl repo remove {} --delete-collection",
                                 undone.error().text(), name);
    }
    return error;
}

// The last step: do the counts agree, and does a query find what it must?
Result<std::string> verify(Workspace& workspace, const model::RepoEntry& entry, const SyncReport& sync) {
    ELY_TRY_ASSIGN(auto* store, workspace.store(entry.cluster));
    ELY_TRY_ASSIGN(auto collection, store->open(entry.collection));
    ELY_TRY_ASSIGN(const auto present, collection->count(store::Filter::equals("repository", entry.repository)));
    if (present != sync.ingest.objects) {
        return fail(Code::internal,
                    fmt::format("the collection has {} objects of {} where {} were indexed", present, entry.repository,
                                sync.ingest.objects),
                    fmt::format("elysiactl repo sync {} --full", entry.name));
    }
    if (present == 0) return std::string();
    store::ScanOptions options;
    options.filter = store::Filter::equals("repository", entry.repository);
    options.properties = {"path"};
    options.batch_rows = 1;
    ELY_TRY_ASSIGN(auto scan, collection->scan(options));
    ELY_TRY_ASSIGN(const auto batch, scan->next());
    if (batch == nullptr) return fail(Code::internal, "the collection counts objects that it does not show");
    const std::string path(store::BatchView(batch).text(0, "path"));
    store::LexicalQuery query;
    query.text = Path(path).filename().string();
    query.filter = store::Filter::equals("repository", entry.repository);
    ELY_TRY_ASSIGN(const auto hits, collection->search(query, {"path"}));
    if (hits.empty()) {
        return fail(Code::internal,
                    fmt::format("the query \"{}\" finds nothing, although {} is indexed", query.text, path),
                    fmt::format("elysiactl repo sync {} --full", entry.name));
    }
    return query.text;
}

}  // namespace

Result<AddPlan> plan_add(Workspace& workspace, const AddRequest& request, model::Progress& progress,
                         std::stop_token stop) {
    AddPlan plan;
    plan.entry = to_entry(request);
    progress.stage("Discovering", 0, "");
    ELY_TRY_ASSIGN(plan.discovery, workspace.mgit(std::string()).inspect(plan.entry, stop));
    auto& entry = plan.entry;
    entry.url = plan.discovery.url;
    entry.repository = plan.discovery.repository;
    entry.name = request.name.empty() ? to_name(plan.discovery.name) : request.name;
    entry.collection = request.collection.empty() ? entry.name : request.collection;
    ELY_TRY(check_name(entry.name));
    ELY_TRY(check_vectorizer(entry));
    ELY_TRY_ASSIGN(const auto address, stored_address(workspace, entry.address()));
    entry.collection = address.name;
    ELY_TRY(check_unprotected(entry.collection));
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    ELY_TRY_ASSIGN(const auto known, state->find_repository(entry.name));
    if (known) {
        ELY_TRY(check_known(entry, *known));
        auto asked = request;
        if (!asked.collection.empty()) asked.collection = entry.collection;
        ELY_TRY(resume(workspace, asked, *known, plan, stop));
    }
    ELY_TRY(check_alone(workspace, entry));
    ELY_TRY_ASSIGN(plan.collection_exists, check_collection(workspace, entry));
    ELY_TRY_ASSIGN(plan.estimate, estimate_add(workspace, plan.discovery, entry, stop));
    return plan;
}

Result<void> abandon_plan(Workspace& workspace, const AddPlan& plan, std::stop_token stop) {
    if (plan.resumes) return {};
    return workspace.mgit(std::string()).forget(plan.entry, stop);
}

Result<AddReport> add_repository(Workspace& workspace, AddPlan plan, model::Progress& progress, std::stop_token stop) {
    AddReport report;
    auto& entry = plan.entry;
    ELY_TRY_ASSIGN(const auto lock, workspace.lock_repository(entry.name));
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    // Another add may have been quicker since the plan was made.
    ELY_TRY_ASSIGN(const auto known, state->find_repository(entry.name));
    if (known) ELY_TRY(check_known(entry, *known));
    ELY_TRY(check_alone(workspace, entry));
    ELY_TRY_ASSIGN(auto* ledger, workspace.ledger());
    ELY_TRY_ASSIGN(const auto scope, workspace.scope(entry));
    ELY_TRY_ASSIGN(const auto indexed_before, ledger->find_scope(scope));
    Withdrawal made{.objects = !indexed_before, .empty_collection = false};
    entry.status = "adding";
    entry.added_at = to_rfc3339(workspace.clock().now());
    ELY_TRY(state->put_repository(entry));
    crash_point("add.registered");
    const auto collection =
        open_or_make_code_collection(workspace, entry.address(), {entry.vectorizer, entry.vector_model});
    if (!collection) return fail(after_failure(workspace, plan, made, collection.error()));
    made.empty_collection = collection->made;
    crash_point("add.collection_created");
    auto sync = sync_locked(workspace, entry, {}, progress, stop);
    if (!sync) return fail(after_failure(workspace, plan, made, std::move(sync).error()));
    crash_point("add.synced");
    report.sync = std::move(*sync);
    report.entry = std::move(entry);
    ELY_TRY_ASSIGN(report.proof, verify(workspace, report.entry, report.sync));
    return report;
}

}  // namespace ely::operate
