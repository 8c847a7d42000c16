#include "base/uuid.hpp"

#include <unordered_set>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace ely {
namespace {

TEST_CASE("version 5 as other programs make it") {
    // python3 -c 'import uuid; print(uuid.uuid5(uuid.NAMESPACE_DNS, "python.org"))', and so on.
    CHECK(uuid5(k_uuid_namespace_dns, "python.org").text() == "886313e1-3b8a-5372-9b90-0c9aee199e5d");
    CHECK(uuid5(k_uuid_namespace_dns, "www.example.com").text() == "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    CHECK(uuid5(k_uuid_namespace_url, "").text() == "1b4db7eb-4057-5ddf-91e0-36dec72071f5");
}

TEST_CASE("text forms") {
    CHECK(k_uuid_namespace_dns.text() == "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
    CHECK(*Uuid::parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8") == k_uuid_namespace_dns);
    CHECK(*Uuid::parse("6BA7B8109DAD11D180B400C04FD430C8") == k_uuid_namespace_dns);
    for (const std::string_view text :
         {"", "6ba7b810", "6ba7b810-9dad-11d1-80b4-00c04fd430c", "6ba7b810-9dad-11d1-80b4-00c04fd430c8a",
          "6ba7b8109-dad-11d1-80b4-00c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430cg",
          "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", "6ba7b810+9dad-11d1-80b4-00c04fd430c8"}) {
        CAPTURE(text);
        REQUIRE_FALSE(Uuid::parse(text).has_value());
        CHECK(Uuid::parse(text).error().code == Code::usage);
    }
}

TEST_CASE("any UUID's text is read back") {
    rc::check([](const std::array<std::uint8_t, 16>& bytes) {
        const Uuid id{bytes};
        RC_ASSERT(*Uuid::parse(id.text()) == id);
    });
}

TEST_CASE("as keys, in the order of their bytes") {
    std::unordered_set<Uuid> set;
    for (int i = 0; i < 1000; ++i) set.insert(uuid5(k_uuid_namespace_url, std::to_string(i)));
    CHECK(set.size() == 1000);
    CHECK(*Uuid::parse("00000000-0000-0000-0000-0000000000ff") < *Uuid::parse("01000000-0000-0000-0000-000000000000"));
}

}  // namespace
}  // namespace ely
