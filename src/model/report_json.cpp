#include "model/report_json.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace ely::model {

using Json = nlohmann::ordered_json;

nlohmann::ordered_json to_json(const Error& error) {
    Json out;
    out["code"] = code_name(error.code);
    out["message"] = to_valid_utf8(error.message);
    out["hint"] = to_valid_utf8(error.hint);
    out["context"] = Json::array();
    for (const auto& context : error.context) out["context"].push_back(to_valid_utf8(context));
    if (error.resets_at != 0) out["resets_at"] = error.resets_at;
    return out;
}

nlohmann::ordered_json to_json(const IngestReport& report) {
    Json out;
    out["collection"] = report.collection;
    out["repository"] = report.repository;
    out["commit"] = report.commit;
    out["files"] = report.files;
    out["documents"] = report.documents;
    out["objects"] = report.objects;
    out["indexed"] = report.indexed;
    out["unchanged"] = report.unchanged;
    out["removed"] = report.removed;
    out["skipped"] = report.skipped;
    out["failed"] = report.failed;
    out["embedded"] = report.embedded;
    out["vectors_cached"] = report.vectors_cached;
    out["vectors_pending"] = report.vectors_pending;
    out["bytes"] = report.bytes;
    out["seconds"] = report.seconds;
    out["complete"] = report.complete;
    if (!report.needs_full.empty()) out["needs_full"] = report.needs_full;
    out["skip_reasons"] = report.skip_reasons;
    out["stages"] = Json::array();
    for (const auto& stage : report.stages) {
        out["stages"].push_back(
            {{"name", stage.name}, {"seconds", stage.seconds}, {"busy_seconds", stage.busy_seconds}});
    }
    out["failures"] = Json::array();
    for (const auto& failure : report.failures) {
        out["failures"].push_back({{"path", to_valid_utf8(failure.path)}, {"reason", to_valid_utf8(failure.reason)}});
    }
    return out;
}

std::string to_json_text(const Error& error) {
    return Json{{"error", to_json(error)}}.dump(2) + "\n";
}
std::string to_json_text(const IngestReport& report) {
    return to_json(report).dump(2) + "\n";
}

}  // namespace ely::model
