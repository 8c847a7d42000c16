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

model::CollectionSchema schema_of_every_type(const std::string& name) {
    using enum model::DataType;
    const auto part = [](const char* part_name, model::DataType type) {
        return model::Property{part_name, type, false, type != blob, ""};
    };
    model::Property rooms{"rooms", object_array, false, true, "one each"};
    rooms.nested = {part("name", text), part("area", number), part("doors", integer_array), part("open", boolean)};
    model::Property house{"house", object, false, true, ""};
    house.nested = {part("street", text),
                    part("number", integer),
                    part("built", date),
                    part("owner", uuid),
                    part("plan", blob),
                    part("labels", text_array),
                    part("sizes", number_array),
                    part("lit", boolean_array),
                    part("seen", date_array),
                    part("guests", uuid_array),
                    rooms};
    model::CollectionSchema schema;
    schema.name = name;
    schema.properties = {part("path", text),
                         part("counts", integer_array),
                         part("shares", number_array),
                         part("flags", boolean_array),
                         part("days", date_array),
                         part("owners", uuid_array),
                         part("place", geo_coordinates),
                         part("phone", phone_number),
                         house,
                         {"rooms", object_array, false, true, "", rooms.nested}};
    return schema;
}

TestObject object_of_every_type() {
    return {test_id(7),
            {{"path", model::Value("here")},
             {"counts", model::Value(std::vector<std::int64_t>{3, -9'000'000'000'000'000'000, 3})},
             {"shares", model::Value(std::vector<double>{0.1, -2, 1e300})},
             {"flags", model::Value(std::vector<bool>{true, false, true})},
             {"days", model::Value(std::vector<std::string>{"2026-01-31T12:00:00.25+02:00", "1999-12-31T23:59:59Z"})},
             {"owners", model::Value(std::vector<std::string>{"6ba7b810-9dad-11d1-80b4-00c04fd430c8",
                                                              "00000000-0000-0000-0000-000000000001"})},
             {"place", model::Value(R"({"latitude":52.39327,"longitude":-4.8374414})")},
             {"phone", model::Value(R"({"defaultCountry":"NL","input":"020 1234567"})")},
             {"house",
              model::Value(R"({"built":"1975-05-01T08:00:00+01:00","guests":["6ba7b810-9dad-11d1-80b4-00c04fd430c8"],)"
                           R"("labels":["ä","","b"],"lit":[true,false],"number":-7,)"
                           R"("owner":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","plan":"AAECAw==",)"
                           R"("rooms":[{"area":12.0,"doors":[1,2],"name":"hall"},{"open":false},{}],)"
                           R"("seen":["2026-01-31T12:00:00.25+02:00"],"sizes":[1.0,0.1],"street":"Dam \"1\""})")},
             {"rooms", model::Value(R"([{"doors":[3],"name":"attic"},{"area":1e+300}])")}},
            {}};
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
