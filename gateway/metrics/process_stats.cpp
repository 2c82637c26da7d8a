#include "gateway/metrics/process_stats.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <string>

namespace modelgate::metrics {
namespace {

void append(std::vector<prometheus::MetricFamily>& families, const char* name, const char* help,
            prometheus::MetricType type, double value) {
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  prometheus::ClientMetric metric;
  if (type == prometheus::MetricType::Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
  family.metric.push_back(metric);
  families.push_back(std::move(family));
}

/// Fields of /proc/self/stat from the third on; the second may contain spaces.
struct process_stat {
  double cpu_seconds = 0;
  double start_ticks = 0;
  double virtual_bytes = 0;
  double resident_bytes = 0;
};

process_stat read_stat() {
  process_stat stat;
  std::ifstream file{"/proc/self/stat"};
  const std::string line{std::istreambuf_iterator<char>{file}, {}};
  const std::size_t after_name = line.rfind(')');
  if (after_name == std::string::npos) return stat;
  std::istringstream rest{line.substr(after_name + 2)};
  const std::vector<std::string> fields{std::istream_iterator<std::string>{rest}, {}};
  if (fields.size() < 22) return stat;
  const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  stat.cpu_seconds = (std::stod(fields[11]) + std::stod(fields[12])) / ticks_per_second;
  stat.start_ticks = std::stod(fields[19]) / ticks_per_second;
  stat.virtual_bytes = std::stod(fields[20]);
  stat.resident_bytes = std::stod(fields[21]) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  return stat;
}

double boot_time() {
  std::ifstream file{"/proc/stat"};
  std::string word;
  while (file >> word) {
    double value = 0;
    if (word == "btime" && file >> value) return value;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

double open_files() {
  std::error_code ignored;
  double count = 0;
  for (std::filesystem::directory_iterator entry{"/proc/self/fd", ignored}, end; entry != end; entry.increment(ignored))
    ++count;
  return count;
}

}  // namespace

void append_process_families(std::vector<prometheus::MetricFamily>& families) {
  using prometheus::MetricType;
  static const double booted = boot_time();
  const process_stat stat = read_stat();
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  append(families, "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", MetricType::Counter,
         stat.cpu_seconds);
  append(families, "process_open_fds", "Number of open file descriptors.", MetricType::Gauge, open_files());
  append(families, "process_max_fds", "Maximum number of open file descriptors.", MetricType::Gauge,
         static_cast<double>(files.rlim_cur));
  append(families, "process_virtual_memory_bytes", "Virtual memory size in bytes.", MetricType::Gauge,
         stat.virtual_bytes);
  append(families, "process_resident_memory_bytes", "Resident memory size in bytes.", MetricType::Gauge,
         stat.resident_bytes);
  append(families, "process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
         MetricType::Gauge, booted + stat.start_ticks);
}

}  // namespace modelgate::metrics
