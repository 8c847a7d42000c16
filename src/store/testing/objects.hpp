#pragma once

// Collections and objects that tests of stores share, and what a result says, or a test that ends.

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/uuid.hpp"
#include "store/batch/batch.hpp"
#include "store/collection.hpp"

namespace ely::store::testing {

// The value, or an exception that says what went wrong.
template <typename T>
T value_of(Result<T> result) {
    if (!result) throw std::runtime_error(std::string(code_name(result.error().code)) + ": " + result.error().text());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// Of the error; "ok" when there is none.
template <typename T>
std::string code_of(const Result<T>& result) {
    return result ? "ok" : std::string(code_name(result.error().code));
}

struct TestObject {
    Uuid id;
    model::Properties properties;
    std::vector<float> vector;
    bool operator==(const TestObject&) const = default;
};

// Ids that ascend with the number.
[[nodiscard]] Uuid test_id(std::uint32_t number);

// path, language (filterable), title, content (searchable), tags, lines, share, tested, changed, owner, image.
[[nodiscard]] model::CollectionSchema test_schema(const std::string& name, std::uint32_t dimensions = 0,
                                                  model::Distance distance = model::Distance::cosine);

// path, and a property of each of the types that test_schema has not; an object with all of them but vectors.
[[nodiscard]] model::CollectionSchema schema_of_every_type(const std::string& name);
[[nodiscard]] TestObject object_of_every_type();

[[nodiscard]] Batch test_batch(const model::CollectionSchema& schema, const std::vector<TestObject>& objects);
void put(Collection& collection, const std::vector<TestObject>& objects);

// Everything that a scan gives, in its order.
[[nodiscard]] std::vector<TestObject> scan_all(Collection& collection, const ScanOptions& options);
[[nodiscard]] std::vector<TestObject> scan_all(Collection& collection);

}  // namespace ely::store::testing
