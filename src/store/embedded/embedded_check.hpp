#pragma once

// A look at the embedded store: is its file whole, how large is it, and is there room for more. Makes no file.

#include "base/clock.hpp"
#include "base/files.hpp"
#include "model/health_report.hpp"

namespace ely::store::embedded {

[[nodiscard]] model::HealthReport check(const Path& file, const Clock& clock);

}  // namespace ely::store::embedded
