#pragma once

// A network of the test program's own, in which there is nothing but the loopback interface. Servers under test listen
// where they like, and programs that run side by side take the same ports, without the machine's network seeing any of
// it. Test programs made of *_live_test.cpp enter one before their first test; see cmake/ElyModule.cmake.

#include "base/result.hpp"

namespace ely::testing {

// To be called before the first thread starts. As root, or where users may have namespaces of their own. With
// ELY_TESTS_ON_OPEN_NETWORK=1 in the environment it does nothing.
[[nodiscard]] Result<void> enter_private_network();

}  // namespace ely::testing
