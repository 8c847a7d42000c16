#include "programs/mgit/commands.hpp"
#include "programs/program.hpp"

int main(int argument_count, char** arguments) {
    return ely::programs::run_program(ely::programs::mgit_program(), argument_count, arguments);
}
