#pragma once

#include <cstdio>
#include <cstdlib>

/// What a fuzz target holds true of every input; unlike assert, also in a release build.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}
