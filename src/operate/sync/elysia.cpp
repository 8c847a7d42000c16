#include "operate/sync/elysia.hpp"

#include "model/collection_address.hpp"

namespace ely::operate {

std::optional<elysia::Reach> tell_elysia(store::Store& store, store::Collection& collection,
                                         const model::RepoEntry& entry, bool changed, model::Progress& progress,
                                         std::stop_token stop) {
    if (!entry.elysia || !elysia::is_readable(store)) return std::nullopt;
    auto reach = elysia::write_metadata(store, collection, {entry.repository, changed}, std::move(stop));
    if (reach) return *reach;
    progress.note("Elysia's metadata of collection " + collection.schema().name +
                  " is not up to date; the next sync tries again: " + reach.error().text());
    return std::nullopt;
}

std::string tell_elysia_of_removal(store::Store& store, store::Collection& collection, const model::RepoEntry& entry) {
    if (!entry.elysia || !elysia::is_readable(store)) return {};
    const auto told = elysia::write_metadata(store, collection, {entry.repository, true, false});
    return told ? std::string() : "Elysia's metadata of the collection is not up to date: " + told.error().text();
}

std::string forget_at_elysia(store::Store& store, std::string_view collection) {
    // Elysia's own have no metadata.
    if (model::is_protected_collection(collection)) return {};
    const auto removed = elysia::remove_metadata(store, collection);
    return removed ? std::string() : "Elysia's metadata of it stays: " + removed.error().text();
}

}  // namespace ely::operate
