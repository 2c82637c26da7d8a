// Every test executable starts here: libsodium first, then Boost.Test. The module's name is the executable's.
#include "modelgate/crypto/token.hpp"

#include <boost/test/unit_test.hpp>

namespace {

bool initialise_tests() {
  modelgate::crypto::initialise();
  return true;
}

}  // namespace

int main(int count, char* arguments[]) {
  return boost::unit_test::unit_test_main(&initialise_tests, count, arguments);
}
