// The main function of test programs that start servers: they run in a network of their own.
#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdio>

#include <doctest/doctest.h>

#include "base/testing/private_network.hpp"

int main(int argc, char** argv) {
    if (const auto entered = ely::testing::enter_private_network(); !entered) {
        std::fprintf(stderr, "error: %s\nnext:  %s\n", entered.error().text().c_str(), entered.error().hint.c_str());
        return 1;
    }
    return doctest::Context(argc, argv).run();
}
