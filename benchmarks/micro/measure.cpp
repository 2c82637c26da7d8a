// Time and allocations of each step of a prediction, by Google Benchmark.
#include "benchmarks/micro/allocations.hpp"
#include "benchmarks/micro/steps.hpp"

#include "modelgate/crypto/token.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>

int main(int argc, char** argv) {
  using namespace modelgate::benchmarks;
  modelgate::crypto::initialise();
  steps measured;
  for (const step& each : all_steps) {
    benchmark::RegisterBenchmark(each.name, [&measured, run = each.run](benchmark::State& state) {
      const int self = ::gettid();
      const auto before = allocations_of(self);
      for ([[maybe_unused]] auto unused : state) (measured.*run)();
      state.counters["allocations"] =
          benchmark::Counter(static_cast<double>(allocations_of(self) - before), benchmark::Counter::kAvgIterations);
    });
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
