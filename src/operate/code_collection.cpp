#include "operate/code_collection.hpp"

#include <fmt/core.h>

#include "index/code_schema.hpp"
#include "model/schema_json.hpp"

namespace ely::operate {
namespace {

Result<CodeCollection> make(Workspace& workspace, store::Store& store, const model::CollectionAddress& address,
                            const VectorSource& source) {
    auto schema = index::code_schema(address.name, source.vectorizer, source.model, 0);
    if (source.vectorizer == "local") {
        ELY_TRY_ASSIGN(const auto* model, workspace.embedder());
        schema = index::code_schema(address.name, "local", model->info().name, model->info().dimensions);
    }
    ELY_TRY_ASSIGN(auto* ledger, workspace.ledger());
    ELY_TRY(ledger->forget_collection(store.location(), address.name));
    auto created = store.create(schema);
    const bool made = created.has_value();
    // Another process may have been quicker.
    if (!created && created.error().code == Code::already_exists) created = store.open(address.name);
    if (!created) return fail(std::move(created).error());
    return CodeCollection{std::move(*created), address, made};
}

}  // namespace

Result<void> check_unprotected(std::string_view collection) {
    if (!model::is_protected_collection(collection)) return {};
    return fail(Code::unauthorized, fmt::format("collection {} is Elysia's own", collection),
                "choose a name that does not begin with ELYSIA_");
}

Result<model::CollectionAddress> stored_address(Workspace& workspace, const model::CollectionAddress& address) {
    ELY_TRY(model::check_collection_name(address.name));
    ELY_TRY_ASSIGN(auto* store, workspace.store(address.cluster));
    return model::CollectionAddress{address.cluster, store->name_for(address.name)};
}

Result<index::IngestTarget> ingest_target(Workspace& workspace, const CodeCollection& code) {
    ELY_TRY_ASSIGN(const auto* store, workspace.store(code.address.cluster));
    index::IngestTarget out{*code.collection, store->location(), workspace.ledger_file(), nullptr,
                            code.address.folder_name()};
    const auto& vectors = code.collection->schema().vectors;
    const bool ours = !vectors.empty() && vectors.front().vectorizer == "local";
    if (ours && code.collection->traits().vectors_with_objects) {
        ELY_TRY_ASSIGN(out.vectors, workspace.text_vectors());
    }
    return out;
}

Result<CodeCollection> open_or_make_code_collection(Workspace& workspace, const model::CollectionAddress& wanted,
                                                    const VectorSource& source) {
    ELY_TRY_ASSIGN(const auto address, stored_address(workspace, wanted));
    ELY_TRY(check_unprotected(address.name));
    ELY_TRY_ASSIGN(auto* store, workspace.store(address.cluster));
    auto known = store->open(address.name);
    if (known) return CodeCollection{std::move(*known), address, false};
    if (known.error().code != Code::not_found) return fail(std::move(known).error());
    return make(workspace, *store, address, source);
}

}  // namespace ely::operate
