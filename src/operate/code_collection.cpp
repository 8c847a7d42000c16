#include "operate/code_collection.hpp"

#include "index/code_schema.hpp"
#include "model/schema_json.hpp"

namespace ely::operate {

Result<CodeCollection> open_or_make_code_collection(Workspace& workspace, const std::string& name,
                                                    const std::string& vectorizer) {
    ELY_TRY(model::check_collection_name(name));
    ELY_TRY_ASSIGN(auto* store, workspace.store());
    CodeCollection out;
    auto known = store->open(name);
    if (known) {
        out.collection = std::move(*known);
        return out;
    }
    if (known.error().code != Code::not_found) return fail(std::move(known).error());
    auto schema = index::code_schema(name, "none", "", 0);
    if (vectorizer == "local") {
        ELY_TRY_ASSIGN(const auto* model, workspace.embedder());
        schema = index::code_schema(name, "local", model->info().name, model->info().dimensions);
    }
    ELY_TRY_ASSIGN(auto* ledger, workspace.ledger());
    ELY_TRY(ledger->forget_collection(store->location(), name));
    auto created = store->create(schema);
    out.made = created.has_value();
    // Another process may have been quicker.
    if (!created && created.error().code == Code::already_exists) created = store->open(name);
    if (!created) return fail(std::move(created).error());
    out.collection = std::move(*created);
    return out;
}

}  // namespace ely::operate
