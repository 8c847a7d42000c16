#include "operate/code_collection.hpp"

#include <fmt/core.h>

#include "index/code_schema.hpp"
#include "model/schema_json.hpp"

namespace ely::operate {
namespace {

Result<CodeCollection> make(Workspace& workspace, store::Store& store, const model::CollectionAddress& address,
                            const std::string& vectorizer) {
    auto schema = index::code_schema(address.name, "none", "", 0);
    if (vectorizer == "local") {
        ELY_TRY_ASSIGN(const auto* model, workspace.embedder());
        schema = index::code_schema(address.name, "local", model->info().name, model->info().dimensions);
    }
    auto created = store.create(schema);
    const bool made = created.has_value();
    // Another process may have been quicker.
    if (!created && created.error().code == Code::already_exists) created = store.open(address.name);
    if (!created) return fail(std::move(created).error());
    CodeCollection out{std::move(*created), address, made};
    out.address.name = out.collection->schema().name;
    if (made && out.address.name != address.name) {
        ELY_TRY_ASSIGN(auto* ledger, workspace.ledger());
        ELY_TRY(ledger->forget_collection(store.location(), out.address.name));
    }
    return out;
}

}  // namespace

Result<void> check_unprotected(std::string_view collection) {
    if (!model::is_protected_collection(collection)) return {};
    return fail(Code::unauthorized, fmt::format("collection {} is Elysia's own", collection),
                "choose a name that does not begin with ELYSIA_");
}

Result<model::CollectionAddress> stored_address(Workspace& workspace, const model::CollectionAddress& address) {
    ELY_TRY_ASSIGN(auto* store, workspace.store(address.cluster));
    const auto known = store->open(address.name);
    if (known) return model::CollectionAddress{address.cluster, (*known)->schema().name};
    if (known.error().code != Code::not_found) return fail(known.error());
    return address;
}

Result<index::IngestTarget> ingest_target(Workspace& workspace, const CodeCollection& collection) {
    ELY_TRY_ASSIGN(const auto* store, workspace.store(collection.address.cluster));
    return index::IngestTarget{*collection.collection, store->location(), workspace.ledger_file(),
                               collection.address.folder_name()};
}

Result<CodeCollection> open_or_make_code_collection(Workspace& workspace, const model::CollectionAddress& address,
                                                    const std::string& vectorizer) {
    ELY_TRY(model::check_collection_name(address.name));
    ELY_TRY(check_unprotected(address.name));
    ELY_TRY_ASSIGN(auto* store, workspace.store(address.cluster));
    auto known = store->open(address.name);
    if (known) return CodeCollection{*known, {address.cluster, (*known)->schema().name}, false};
    if (known.error().code != Code::not_found) return fail(std::move(known).error());
    // Before it is made: between the two there is nothing that the ledger could know.
    ELY_TRY_ASSIGN(auto* ledger, workspace.ledger());
    ELY_TRY(ledger->forget_collection(store->location(), address.name));
    return make(workspace, *store, address, vectorizer);
}

}  // namespace ely::operate
