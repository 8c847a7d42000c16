#pragma once

// Named places at which a crash must leave the old state or the new one. A test run sets ELYSIACTL_CRASH_AT=name or
// name:n, and the n-th pass through that place kills the process with SIGKILL. ELYSIACTL_STOP_AT holds it there with
// SIGSTOP until it is told to go on, so that a test can take something else away meanwhile. Without the variables a
// pass costs two comparisons. The suite finds the names by reading the sources, so write the name as a literal.

namespace ely {

void crash_point(const char* name);

}  // namespace ely
