#include "store/embedded/row_codec.hpp"

#include <algorithm>
#include <bit>

#include "store/embedded/byte_codec.hpp"

namespace ely::store::embedded {
namespace {

using model::DataType;

template <typename Element, typename Put>
void put_list(std::string& out, const Cell& cell, Put put) {
    const auto& list = std::get<std::vector<Element>>(cell.data);
    put_varint(out, list.size());
    for (const auto value : list) put(value);
}

template <typename Element, typename Take>
std::vector<Element> take_list(Decoder& in, Take take) {
    std::vector<Element> out;
    for (auto left = in.varint(); left > 0 && in.ok(); --left) out.push_back(take());
    return out;
}

void encode_cell(std::string& out, DataType type, const Cell& cell) {
    switch (type) {
        case DataType::text:
        case DataType::blob:
            return put_bytes(out, cell.bytes());
        case DataType::text_array:
            return put_list<std::string_view>(out, cell, [&](std::string_view text) { put_bytes(out, text); });
        case DataType::integer:
            return put_varint(out, zigzag(std::get<std::int64_t>(cell.data)));
        case DataType::number:
            return put_fixed(out, std::get<double>(cell.data));
        case DataType::boolean:
            return put_varint(out, std::get<bool>(cell.data) ? 1 : 0);
        case DataType::date:
            put_varint(out, zigzag(std::get<std::int64_t>(cell.data)));
            return put_bytes(out, cell.raw);
        case DataType::uuid:
            out.append(cell.bytes());
            return;
        case DataType::geo_coordinates:
        case DataType::phone_number:
        case DataType::object:
        case DataType::object_array:
            return put_bytes(out, cell.bytes());
        case DataType::integer_array:
            return put_list<std::int64_t>(out, cell, [&](std::int64_t value) { put_varint(out, zigzag(value)); });
        case DataType::number_array:
            return put_list<double>(out, cell, [&](double value) { put_fixed(out, value); });
        case DataType::boolean_array:
            return put_list<bool>(out, cell, [&](bool value) { out.push_back(value ? '\1' : '\0'); });
        case DataType::date_array:
            put_list<std::int64_t>(out, cell, [&](std::int64_t value) { put_varint(out, zigzag(value)); });
            return put_bytes(out, cell.raw);
        case DataType::uuid_array:
            return put_list<std::string_view>(out, cell, [&](std::string_view value) { out.append(value); });
    }
}

Cell decode_cell(Decoder& in, DataType type) {
    switch (type) {
        case DataType::text:
        case DataType::blob:
            return {in.bytes(), {}};
        case DataType::text_array:
            return {take_list<std::string_view>(in, [&] { return in.bytes(); }), {}};
        case DataType::integer:
            return {unzigzag(in.varint()), {}};
        case DataType::number:
            return {in.fixed<double>(), {}};
        case DataType::boolean:
            return {in.varint() != 0, {}};
        case DataType::date: {
            const auto instant = unzigzag(in.varint());
            return {instant, in.bytes()};
        }
        case DataType::uuid:
            return {in.take(16), {}};
        case DataType::geo_coordinates:
        case DataType::phone_number:
        case DataType::object:
        case DataType::object_array:
            return {in.bytes(), {}};
        case DataType::integer_array:
            return {take_list<std::int64_t>(in, [&] { return unzigzag(in.varint()); }), {}};
        case DataType::number_array:
            return {take_list<double>(in, [&] { return in.fixed<double>(); }), {}};
        case DataType::boolean_array:
            return {take_list<bool>(in, [&] { return in.take(1) == std::string_view("\1"); }), {}};
        case DataType::date_array: {
            auto instants = take_list<std::int64_t>(in, [&] { return unzigzag(in.varint()); });
            return {std::move(instants), in.bytes()};
        }
        case DataType::uuid_array:
            return {take_list<std::string_view>(in, [&] { return in.take(16); }), {}};
    }
    return {};
}

}  // namespace

std::string encode_row(const model::CollectionSchema& schema, std::span<const Cell> cells) {
    std::string out;
    std::size_t size = 32;
    for (const auto& cell : cells) size += cell.bytes().size() + 12;
    out.reserve(size);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (cells[i].is_null()) continue;
        put_varint(out, i);
        encode_cell(out, schema.properties[i].type, cells[i]);
    }
    return out;
}

Result<std::vector<Cell>> decode_row(const model::CollectionSchema& schema, std::string_view bytes) {
    std::vector<Cell> out(schema.properties.size());
    Decoder in(bytes);
    while (!in.at_end()) {
        const auto property = in.varint();
        if (!in.ok() || property >= out.size()) return fail(Code::corrupt, "a stored object has an unknown property");
        out[property] = decode_cell(in, schema.properties[property].type);
    }
    if (!in.ok()) return fail(Code::corrupt, "a stored object is cut off");
    return out;
}

Result<model::Properties> decode_properties(const model::CollectionSchema& schema, std::string_view bytes,
                                            const std::vector<std::string>& wanted) {
    ELY_TRY_ASSIGN(const auto cells, decode_row(schema, bytes));
    model::Properties out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto& property = schema.properties[i];
        if (cells[i].is_null()) continue;
        if (!wanted.empty() && std::ranges::find(wanted, property.name) == wanted.end()) continue;
        out.emplace(property.name, to_value(property.type, cells[i]));
    }
    return out;
}

}  // namespace ely::store::embedded
