#include "modelgate/base/log.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/base/log_level.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>

namespace modelgate::log {
namespace {

std::atomic<level> least_written{level::info};

boost::json::value to_json(const field& f) {
  return std::visit([](const auto& held) { return boost::json::value(held); }, f.value);
}

std::string as_json(level severity, std::string_view component, std::string_view message, fields more) {
  boost::json::object line;
  line["ts"] = format_rfc3339(system_clock::now());
  line["level"] = name_of(severity);
  line["component"] = component;
  line["msg"] = message;
  for (const field& f : more) line[f.key] = to_json(f);
  return boost::json::serialize(line);
}

std::string as_text(level severity, std::string_view component, std::string_view message, fields more) {
  std::string line = format_rfc3339(system_clock::now());
  line.append(" ").append(name_of(severity)).append(" ").append(component).append(": ").append(message);
  for (const field& f : more) line.append(" ").append(f.key).append("=").append(boost::json::serialize(to_json(f)));
  return line;
}

}  // namespace

void set_level(level least) {
  least_written.store(least, std::memory_order_relaxed);
}

level current_level() noexcept {
  return least_written.load(std::memory_order_relaxed);
}

void write(level severity, std::string_view component, std::string_view message, fields more) {
  if (severity < current_level()) return;
  static const bool for_people = ::isatty(STDERR_FILENO) == 1;
  // spdlog brings the locked, flushed sink; the line itself is made here because spdlog does not escape.
  static const auto logger = [] {
    auto made = std::make_shared<spdlog::logger>("modelgate", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    return made;
  }();
  logger->info(for_people ? as_text(severity, component, message, more) : as_json(severity, component, message, more));
}

}  // namespace modelgate::log
