#pragma once

// Reports and errors as JSON text, the same in files beside applied streams and on the terminal with --json.

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "model/ingest_report.hpp"

namespace ely::model {

// {"code", "message", "hint", "context"}, context innermost first; of a rate limit "resets_at" too.
[[nodiscard]] nlohmann::ordered_json to_json(const Error& error);
[[nodiscard]] nlohmann::ordered_json to_json(const IngestReport& report);
[[nodiscard]] std::string to_json_text(const Error& error);
[[nodiscard]] std::string to_json_text(const IngestReport& report);

}  // namespace ely::model
