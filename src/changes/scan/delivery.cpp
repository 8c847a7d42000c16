#include "changes/scan/delivery.hpp"

#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "base/hash.hpp"

namespace ely::scan {
namespace {

constexpr int k_format = 1;

nlohmann::json to_json(const Delivery& delivery) {
    return {{"format", k_format},
            {"repository", delivery.repository},
            {"target", delivery.target},
            {"branch", delivery.branch},
            {"reference", delivery.reference},
            {"reference_id", delivery.reference_id},
            {"commit", delivery.commit},
            {"tree", delivery.tree},
            {"parent", delivery.parent},
            {"rules", delivery.rules},
            {"delivered_at", delivery.delivered_at},
            {"file",
             {{"inode", delivery.file.inode}, {"bytes", delivery.file.bytes}, {"modified", delivery.file.modified}}},
            {"in_flight", delivery.in_flight}};
}

Delivery from_json(const nlohmann::json& json) {
    Delivery out;
    json.at("repository").get_to(out.repository);
    json.at("target").get_to(out.target);
    json.at("branch").get_to(out.branch);
    json.at("reference").get_to(out.reference);
    json.at("reference_id").get_to(out.reference_id);
    json.at("commit").get_to(out.commit);
    json.at("tree").get_to(out.tree);
    json.at("parent").get_to(out.parent);
    json.at("rules").get_to(out.rules);
    json.at("delivered_at").get_to(out.delivered_at);
    const auto& file = json.at("file");
    file.at("inode").get_to(out.file.inode);
    file.at("bytes").get_to(out.file.bytes);
    file.at("modified").get_to(out.file.modified);
    json.at("in_flight").get_to(out.in_flight);
    return out;
}

}  // namespace

std::optional<FileIdentity> identity_of(const Path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    FileIdentity out;
    out.inode = status.st_ino;
    out.bytes = static_cast<std::uint64_t>(status.st_size);
    out.modified = status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec;
    return out;
}

std::string DeliveryStore::key(const std::string& repository, const std::string& target) {
    return to_hex(sha1(repository + '\n' + target));
}

std::optional<Delivery> DeliveryStore::load(const std::string& key) const {
    const auto text = read_file(m_folder / (key + ".json"));
    if (!text) return std::nullopt;
    try {
        const auto json = nlohmann::json::parse(*text);
        if (json.at("format").get<int>() != k_format) return std::nullopt;
        return from_json(json);
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    }
}

Result<void> DeliveryStore::save(const std::string& key, const Delivery& delivery) const {
    const auto text = to_json(delivery).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    return write_file_atomic(m_folder / (key + ".json"), text, 0600);
}

}  // namespace ely::scan
