// Runs each step of a prediction, and whole predictions, between marks that callgrind dumps at; benchmarks/micro/check reads
// what it counted. By itself it counts allocations only.
//
// usage: count_instructions FOLDER     a JSON line for each: name, times, allocations
#include "benchmarks/micro/allocations.hpp"
#include "benchmarks/micro/lockstep.hpp"
#include "benchmarks/micro/steps.hpp"

#include "modelgate/crypto/token.hpp"

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <exception>

// Their names are callgrind's arguments.
extern "C" {
[[gnu::noinline]] void measured_begins() {
  asm volatile("" ::: "memory");
}
[[gnu::noinline]] void measured_ends() {
  asm volatile("" ::: "memory");
}
}

namespace modelgate::benchmarks {
namespace {

// Another compiler's instructions are not compared with this one's.
#ifdef __clang__
constexpr const char* compiler = "clang";
constexpr int compiler_version = __clang_major__;
#else
constexpr const char* compiler = "gcc";
constexpr int compiler_version = __GNUC__;
#endif

constexpr unsigned warm_up = 100;
constexpr unsigned step_times = 2'000;
constexpr unsigned predictions = 500;

void tell(const char* name, unsigned times, std::uint64_t allocations) {
  std::printf("{\"name\": \"%s\", \"times\": %u, \"allocations\": %llu}\n", name, times,
              static_cast<unsigned long long>(allocations));
}

}  // namespace

/// What is counted on this thread is counted in here.
[[gnu::noinline]] void measured_step(steps& on, void (steps::*run)(), unsigned times) {
  for (unsigned i = 0; i < times; ++i) (on.*run)();
}

namespace {

void count_steps() {
  const int self = ::gettid();
  steps measured;
  for (const step& each : all_steps) {
    measured_step(measured, each.run, warm_up);
    const std::uint64_t before = allocations_of(self);
    measured_begins();
    measured_step(measured, each.run, step_times);
    measured_ends();
    tell(each.name, step_times, allocations_of(self) - before);
  }
}

void count_predictions(const char* folder) {
  lockstep measured{folder};
  for (unsigned i = 0; i < warm_up; ++i) measured.predict();
  const std::uint64_t before = allocations_of(measured.worker());
  measured_begins();
  for (unsigned i = 0; i < predictions; ++i) measured.predict();
  measured_ends();
  tell("whole_prediction", predictions, allocations_of(measured.worker()) - before);
}

}  // namespace
}  // namespace modelgate::benchmarks

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: count_instructions FOLDER, for an access log\n", stderr);
    return 2;
  }
  try {
    modelgate::crypto::initialise();
    std::printf("{\"compiler\": \"%s %d\"}\n", modelgate::benchmarks::compiler,
                modelgate::benchmarks::compiler_version);
    modelgate::benchmarks::count_steps();
    modelgate::benchmarks::count_predictions(argv[1]);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
  return 0;
}
