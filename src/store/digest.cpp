// The digest of a collection; doc/formats/collection-digest.md is its definition, with test vectors.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "store/batch/batch.hpp"
#include "store/collection.hpp"

namespace ely::store {
namespace {

template <typename T>
void put(std::string& out, T value) {
    static_assert(std::endian::native == std::endian::little);
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_text(std::string& out, std::string_view text) {
    put(out, static_cast<std::uint32_t>(text.size()));
    out.append(text);
}

template <typename Element, typename Put>
void put_list(std::string& out, char type, const Cell& cell, Put put_element) {
    const auto& list = std::get<std::vector<Element>>(cell.data);
    out.push_back(type);
    put(out, static_cast<std::uint32_t>(list.size()));
    for (const auto value : list) put_element(value);
}

void put_cell(std::string& out, const model::Property& property, const Cell& cell) {
    put_text(out, property.name);
    switch (property.type) {
        case model::DataType::text:
            out.push_back('t');
            return put_text(out, cell.bytes());
        case model::DataType::text_array:
            return put_list<std::string_view>(out, 'a', cell, [&](std::string_view text) { put_text(out, text); });
        case model::DataType::integer:
            out.push_back('i');
            return put(out, std::get<std::int64_t>(cell.data));
        case model::DataType::number:
            out.push_back('n');
            return put(out, std::get<double>(cell.data));
        case model::DataType::boolean:
            out.push_back('b');
            out.push_back(std::get<bool>(cell.data) ? '\1' : '\0');
            return;
        case model::DataType::date:
            out.push_back('d');
            return put(out, std::get<std::int64_t>(cell.data));
        case model::DataType::uuid:
            out.push_back('u');
            out.append(cell.bytes());
            return;
        case model::DataType::blob:
            out.push_back('x');
            return put_text(out, cell.bytes());
        case model::DataType::integer_array:
            return put_list<std::int64_t>(out, 'I', cell, [&](std::int64_t value) { put(out, value); });
        case model::DataType::number_array:
            return put_list<double>(out, 'N', cell, [&](double value) { put(out, value); });
        case model::DataType::boolean_array:
            return put_list<bool>(out, 'B', cell, [&](bool value) { out.push_back(value ? '\1' : '\0'); });
        case model::DataType::date_array:
            return put_list<std::int64_t>(out, 'D', cell, [&](std::int64_t value) { put(out, value); });
        case model::DataType::uuid_array:
            return put_list<std::string_view>(out, 'U', cell, [&](std::string_view id) { out.append(id); });
        case model::DataType::geo_coordinates:
        case model::DataType::phone_number:
        case model::DataType::object:
        case model::DataType::object_array:
            out.push_back('j');
            return put_text(out, cell.bytes());
    }
}

// 256-bit numbers, the most significant byte first.
void add(Sha256Digest& sum, const Sha256Digest& other) {
    unsigned carry = 0;
    for (std::size_t i = sum.size(); i-- > 0;) {
        carry += static_cast<unsigned>(sum[i]) + other[i];
        sum[i] = static_cast<std::uint8_t>(carry);
        carry >>= 8U;
    }
}

struct Column {
    const model::Property* property;
    std::size_t index;
};

std::vector<Column> sorted_columns(const model::CollectionSchema& schema, const BatchView& view) {
    std::vector<Column> out;
    for (const auto& property : schema.properties) {
        if (const auto index = view.column(property.name)) out.push_back({&property, *index});
    }
    std::ranges::sort(out, {}, [](const Column& column) -> std::string_view { return column.property->name; });
    return out;
}

void put_object(std::string& out, const BatchView& view, std::size_t row, const std::vector<Column>& columns,
                const std::string& vector_name) {
    out.assign(view.id(row).view());
    for (const auto& column : columns) {
        const auto cell = view.cell(row, column.index);
        if (!cell.is_null()) put_cell(out, *column.property, cell);
    }
    const auto vector = view.vector(row);
    if (vector.empty()) return;
    put_text(out, vector_name);
    out.push_back('v');
    put(out, static_cast<std::uint32_t>(vector.size()));
    out.append(reinterpret_cast<const char*>(vector.data()), vector.size_bytes());
}

}  // namespace

Result<Sha256Digest> digest(Collection& collection, std::stop_token stop) {
    ScanOptions options;
    options.vectors = true;
    ELY_TRY_ASSIGN(auto scan, collection.scan(options));
    const auto schema = collection.schema();
    const auto vector_name = schema.vectors.empty() ? std::string() : vector_column(schema.vectors[0]);
    Sha256Digest sum{};
    std::string bytes;
    while (true) {
        if (stop.stop_requested()) return fail(Code::cancelled, "the digest was not finished");
        ELY_TRY_ASSIGN(const auto batch, scan->next());
        if (batch == nullptr) return sum;
        const BatchView view(batch);
        const auto columns = sorted_columns(schema, view);
        for (std::size_t row = 0; row < view.rows(); ++row) {
            put_object(bytes, view, row, columns, vector_name);
            add(sum, sha256(bytes));
        }
    }
}

}  // namespace ely::store
