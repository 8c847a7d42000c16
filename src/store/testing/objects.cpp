#include "store/testing/objects.hpp"

namespace ely::store::testing {

Uuid test_id(std::uint32_t number) {
    Uuid out;
    for (std::size_t i = 0; i < 4; ++i) out.bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    out.bytes[15] = 1;
    return out;
}

model::CollectionSchema test_schema(const std::string& name, std::uint32_t dimensions, model::Distance distance) {
    using enum model::DataType;
    model::CollectionSchema schema;
    schema.name = name;
    schema.description = "for tests";
    schema.properties = {
        {"path", text, true, true, "where"}, {"language", text, false, true, ""},   {"title", text, true, false, ""},
        {"content", text, true, false, ""},  {"tags", text_array, false, true, ""}, {"lines", integer, false, true, ""},
        {"share", number, false, true, ""},  {"tested", boolean, false, true, ""},  {"changed", date, false, true, ""},
        {"owner", uuid, false, true, ""},    {"image", blob, false, false, ""},     {"note", text, false, false, ""},
    };
    if (dimensions > 0) schema.vectors.push_back({"", dimensions, distance, "none", ""});
    return schema;
}

Batch test_batch(const model::CollectionSchema& schema, const std::vector<TestObject>& objects) {
    auto builder = value_of(BatchBuilder::create(schema));
    for (const auto& object : objects) value_of(builder.append(object.id, object.properties, object.vector));
    return value_of(builder.finish());
}

void put(Collection& collection, const std::vector<TestObject>& objects) {
    const auto result = value_of(collection.upsert(test_batch(collection.schema(), objects)));
    if (result.written != objects.size()) throw std::runtime_error("not all objects were written");
}

std::vector<TestObject> scan_all(Collection& collection, const ScanOptions& options) {
    const auto scan = value_of(collection.scan(options));
    std::vector<TestObject> out;
    while (const auto batch = value_of(scan->next())) {
        const BatchView view(batch);
        for (std::size_t i = 0; i < view.rows(); ++i) {
            const auto vector = view.vector(i);
            out.push_back({view.id(i), view.properties(i), {vector.begin(), vector.end()}});
        }
    }
    return out;
}

std::vector<TestObject> scan_all(Collection& collection) {
    ScanOptions options;
    options.vectors = true;
    return scan_all(collection, options);
}

}  // namespace ely::store::testing
