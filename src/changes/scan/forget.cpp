#include "changes/scan/forget.hpp"

#include "changes/git/mirror.hpp"
#include "changes/scan/delivery.hpp"

namespace ely::scan {
namespace {

// Whether any receiver still builds on the copy of this repository.
Result<bool> has_delivery(const DeliveryStore& deliveries, const Path& folder, const std::string& repository) {
    std::error_code code;
    for (const auto& entry : std::filesystem::directory_iterator(folder, code)) {
        if (entry.path().extension() != ".json") continue;
        const auto delivery = deliveries.load(entry.path().stem().string());
        if (delivery && delivery->repository == repository) return true;
    }
    return false;
}

}  // namespace

Result<ForgetReport> forget(const git::Remote& remote, const Target& target, const Path& data) {
    ForgetReport report;
    std::error_code code;
    {
        // The copy's lock: no sync runs meanwhile.
        ELY_TRY_ASSIGN(auto mirror, git::Mirror::open(data, remote));
        const DeliveryStore deliveries(data);
        const auto file = data / "deliveries" / (DeliveryStore::key(remote.name, target.key()) + ".json");
        report.delivery = std::filesystem::remove(file, code);
        ELY_TRY_ASSIGN(const bool needed, has_delivery(deliveries, data / "deliveries", remote.name));
        if (needed) return report;
        ELY_TRY(mirror.discard());
        report.copy = true;
    }
    return report;
}

}  // namespace ely::scan
