#pragma once

// Where objects live: the interface that every store implements, with the promises that the contract suite
// (store/testing) proves. Callers never retry and never know which store they talk to; open.hpp makes them.
//
// Threads: a Store and a Collection may be used from several threads at once; a Scan belongs to one.
// Lifetimes: a Collection keeps its store's connection alive. Batches are immutable and shared.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/uuid.hpp"
#include "model/collection_schema.hpp"
#include "model/value.hpp"
#include "store/filter/filter.hpp"

namespace ely::store {

using Batch = std::shared_ptr<arrow::RecordBatch>;  // columns as in doc/formats/object-batch.md

struct ObjectFailure {
    Uuid id;
    Error error;
};

struct WriteResult {
    std::uint64_t written = 0;
    std::vector<ObjectFailure> failures;  // written + failures.size() = rows of the batch
};

// Which ids: lower <= id < upper, bytes compared; upper absent means to the end.
struct IdRange {
    Uuid lower;
    std::optional<Uuid> upper;
};

struct ScanOptions {
    Filter filter = {};
    std::vector<std::string> properties = {};  // empty: all
    bool vectors = false;
    IdRange range = {};
    std::uint32_t batch_rows = 1000;
};

class Scan {
  public:
    virtual ~Scan() = default;
    // The next rows in ascending id order; a null pointer at the end. Sees the collection as it was when the scan began
    // or, on stores without snapshots, each object at most once.
    [[nodiscard]] virtual Result<Batch> next() = 0;
};

inline constexpr double k_default_k1 = 1.2;
inline constexpr double k_default_b = 0.75;

struct FieldWeight {
    std::string property;
    double weight = 1.0;
    double b = k_default_b;  // how much a long field counts against its words, 0 to 1
    // The property is the same for all objects of a group (fold_by): it counts once, not once for each.
    bool once_per_group = false;
};

// Best objects by words. BM25F over the searchable properties named in `fields` (empty: all, weight 1), text analysed
// as the store's tokenizer does, every object that has one of the words scored. `fold_by` scores groups: objects that
// share the property's value (of several properties in a comma list: all their values) count as one text, and the hit
// is the group's best object. Statistics are those of the present objects, so scores do not depend on what was there
// before; a filter takes away hits and leaves scores as they are.
struct LexicalQuery {
    std::string text = {};
    std::vector<FieldWeight> fields = {};
    Filter filter = {};
    std::uint32_t limit = 10;
    std::string fold_by = {};
    // Words that count `weak_weight` rather than 1.
    std::vector<std::string> weak_words = {};
    double weak_weight = 1.0;
    double k1 = k_default_k1;  // how soon more of the same word stops to count
};

// Nearest objects by the collection's distance, exactly: the hits are those of a float32 scan over all vectors, ties by
// id. Objects without a vector are never hits.
struct VectorQuery {
    std::vector<float> vector = {};
    std::string text = {};  // instead of the vector, of a store that embeds queries itself (Traits)
    std::string name = {};  // which vector; empty: the unnamed one
    Filter filter = {};
    std::uint32_t limit = 10;
};

struct Hit {
    Uuid id;
    double score = 0;              // higher is better: BM25F, or cosine similarity, dot product, negated distance
    model::Properties properties;  // those asked for
};

struct CollectionStats {
    std::uint64_t objects = 0;
    std::uint64_t vectors = 0;
    std::uint64_t bytes = 0;  // on disk, 0 when the store does not say
};

// Where stores differ in what they can promise.
struct Traits {
    // All rows of one upsert become visible together, and a scan sees one state; else object by object.
    bool transactions = true;
    // An object that comes without a vector is given one by the store: whoever brings vectors must bring them with the
    // objects.
    bool vectors_with_objects = false;
    // It embeds queries that come as text.
    bool embeds_queries = false;
};

class Collection {
  public:
    virtual ~Collection() = default;

    [[nodiscard]] virtual const model::CollectionSchema& schema() const = 0;
    [[nodiscard]] virtual Traits traits() const { return {}; }

    // Adds properties or changes descriptions; a change of type, or of the vector's dimensions, is conflict.
    [[nodiscard]] virtual Result<void> alter(const model::CollectionSchema& schema) = 0;

    // Inserts or replaces by `_id`, whole objects. All rows of one call become visible and durable together. A null
    // `_vector` keeps no vector (an existing one is dropped with the old object). Fails as a whole with usage when the
    // batch does not fit the schema.
    [[nodiscard]] virtual Result<WriteResult> upsert(const Batch& batch) = 0;

    // Sets vectors of existing objects, leaving their properties: ids[i] gets the i-th run of `dimensions` floats. Ids
    // that do not exist are ignored and not counted.
    [[nodiscard]] virtual Result<std::uint64_t> set_vectors(std::span<const Uuid> ids,
                                                            std::span<const float> values) = 0;

    // How many went. Removing nothing is not an error.
    [[nodiscard]] virtual Result<std::uint64_t> remove(const Filter& filter) = 0;
    [[nodiscard]] virtual Result<std::uint64_t> remove_ids(std::span<const Uuid> ids) = 0;

    [[nodiscard]] virtual Result<std::unique_ptr<Scan>> scan(const ScanOptions& options) = 0;
    // Splits the id space into about `parts` ranges of similar size, without gap or overlap.
    [[nodiscard]] virtual Result<std::vector<IdRange>> split(std::uint32_t parts) = 0;

    // In the order asked for; ids that do not exist are left out. `properties` empty: all.
    [[nodiscard]] virtual Result<std::vector<Hit>> get(std::span<const Uuid> ids,
                                                       const std::vector<std::string>& properties) = 0;

    [[nodiscard]] virtual Result<std::vector<Hit>> search(const LexicalQuery& query,
                                                          const std::vector<std::string>& properties) = 0;
    [[nodiscard]] virtual Result<std::vector<Hit>> search(const VectorQuery& query,
                                                          const std::vector<std::string>& properties) = 0;

    [[nodiscard]] virtual Result<std::uint64_t> count(const Filter& filter) = 0;
    [[nodiscard]] virtual Result<CollectionStats> stats() = 0;
};

class Store {
  public:
    virtual ~Store() = default;
    // Sorted by name.
    [[nodiscard]] virtual Result<std::vector<std::string>> list() = 0;
    // What a collection that is wanted under this name is called here.
    [[nodiscard]] virtual std::string name_for(std::string_view wanted) const { return std::string(wanted); }
    // not_found, with the name that may be meant as its hint.
    [[nodiscard]] virtual Result<std::shared_ptr<Collection>> open(std::string_view name) = 0;
    // already_exists.
    [[nodiscard]] virtual Result<std::shared_ptr<Collection>> create(const model::CollectionSchema& schema) = 0;
    [[nodiscard]] virtual Result<void> drop(std::string_view name) = 0;
    // Where it is, for people: a path or a URL.
    [[nodiscard]] virtual std::string location() const = 0;
    // ok, or what is wrong with it (integrity for a file, readiness for a server).
    [[nodiscard]] virtual Result<void> health() = 0;
};

// Order-independent digest over every object's id, properties and vectors (doc/formats/collection-digest.md).
[[nodiscard]] Result<Sha256Digest> digest(Collection& collection, std::stop_token stop = {});

}  // namespace ely::store
