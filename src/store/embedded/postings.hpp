#pragma once

// The postings of one term in one segment: which documents (numbered within the segment) have it, in which fields, how
// often. Documents ascend, and the fields of a document do. doc/formats/embedded-store.md, "Postings".

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/embedded/byte_codec.hpp"

namespace ely::store::embedded {

struct Posting {
    std::uint32_t document = 0;
    std::uint32_t frequency = 1;
    std::uint8_t field = 0;
};

void encode_postings(std::string& out, std::span<const Posting> postings);

// Calls found(Posting) for each. False when the bytes are damaged; postings of documents that the segment does not have
// are then possible too, so the caller checks the number where it uses one.
template <typename Found>
[[nodiscard]] bool decode_postings(std::string_view bytes, Found found) {
    Decoder in(bytes);
    const auto main_field = static_cast<std::uint8_t>(in.varint());
    Posting posting;
    while (!in.at_end()) {
        const auto head = in.varint();
        posting.document += static_cast<std::uint32_t>(head >> 2U);
        switch (head & 3U) {
            case 0:
                posting.field = main_field;
                posting.frequency = 1;
                found(posting);
                break;
            case 1:
                posting.field = main_field;
                posting.frequency = in.varint32();
                found(posting);
                break;
            default:
                for (auto left = in.varint(); left > 0 && in.ok(); --left) {
                    posting.field = static_cast<std::uint8_t>(in.varint());
                    posting.frequency = in.varint32();
                    if (in.ok()) found(posting);
                }
                break;
        }
    }
    return in.ok();
}

}  // namespace ely::store::embedded
