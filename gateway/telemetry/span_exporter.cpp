#include "gateway/telemetry/span_exporter.hpp"

#include "gateway/telemetry/span_text.hpp"

#include "modelgate/base/log.hpp"
#include "modelgate/http_io/client.hpp"
#include "modelgate/net/tls_context.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <resolv.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace modelgate::telemetry {
namespace {

constexpr std::string_view traces_path = "/v1/traces";
constexpr std::chrono::milliseconds first_pause{200};
constexpr std::chrono::milliseconds longest_pause{5'000};
constexpr std::size_t largest_answer = 65'536;

/// The first address of a name. Blocks; the resolver's own patience is half a minute, which this thread's must not be.
std::string address_of(const std::string& host) {
  if (::res_init() == 0) {
    _res.retrans = 2;
    _res.retry = 1;
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &first) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{first, &::freeaddrinfo};
  std::string text(NI_MAXHOST, '\0');
  const int problem = ::getnameinfo(first->ai_addr, first->ai_addrlen, text.data(), static_cast<socklen_t>(text.size()),
                                    nullptr, 0, NI_NUMERICHOST);
  text.resize(problem == 0 ? text.find('\0') : 0);
  return text;
}

std::uint64_t count_spans(const std::vector<request_record>& batch) {
  std::uint64_t spans = 0;
  for (const request_record& record : batch) spans += spans_of(record);
  return spans;
}

bool may_pass(unsigned status) noexcept {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

}  // namespace

span_exporter::span_exporter(config::tracing_settings settings)
    : settings_{std::move(settings)}, thread_{[this] { run(); }} {}

void span_exporter::reconfigure(config::tracing_settings settings) {
  const std::lock_guard lock{mutex_};
  settings_ = std::move(settings);
}

void span_exporter::push(const request_record& record) {
  bool wakes = false;
  {
    const std::lock_guard lock{mutex_};
    if (settings_.otlp_endpoint.empty()) return;
    if (queue_.size() >= settings_.queue_requests) {
      overflowed_ += spans_of(record);
      return;
    }
    queue_.push_back(record);
    wakes = queue_.size() == 1 || queue_.size() == settings_.batch_requests;
  }
  if (wakes) changed_.notify_one();
}

void span_exporter::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void span_exporter::run() {
  ::pthread_setname_np(::pthread_self(), "span-export");
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    changed_.wait_for(lock, settings_.export_interval,
                      [this] { return stopping_ || queue_.size() >= settings_.batch_requests; });
    const config::tracing_settings settings = settings_;
    std::vector<request_record> batch;
    while (!queue_.empty() && batch.size() < settings.batch_requests) {
      batch.push_back(queue_.front());
      queue_.pop_front();
    }
    lock.unlock();
    deliver(batch, settings);
    lock.lock();
  }
}

void span_exporter::deliver(const std::vector<request_record>& batch, const config::tracing_settings& settings) {
  const std::uint64_t spans = count_spans(batch);
  const std::string body = to_spans(batch, settings.service_name);
  std::string why = "modelgate ends";
  outcome last = outcome::again;
  for (std::uint64_t attempt = 1; attempt <= settings.export_attempts && !gave_up_; ++attempt) {
    last = post(body, settings, why);
    if (last != outcome::again) break;
    if (attempt < settings.export_attempts && !pause(attempt)) break;
  }
  if (last == outcome::taken) {
    exported_ += spans;
    if (std::exchange(reported_, false)) log::info("tracing", "spans are exported again");
    return;
  }
  (last == outcome::refused ? refused_ : undelivered_) += spans;
  if (std::exchange(reported_, true)) return;
  log::warning("tracing", "spans could not be exported and are dropped, until this changes",
               {{"endpoint", std::string_view{settings.otlp_endpoint}}, {"why", std::string_view{why}}});
}

bool span_exporter::pause(std::uint64_t attempts_made) {
  const auto doubled = first_pause * (std::uint64_t{1} << std::min<std::uint64_t>(attempts_made - 1, 10));
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, std::min<std::chrono::milliseconds>(doubled, longest_pause), [this] { return stopping_; });
  gave_up_ = stopping_;
  return !stopping_;
}

span_exporter::outcome span_exporter::post(const std::string& body, const config::tracing_settings& settings,
                                           std::string& why) const {
  const auto url = boost::urls::parse_uri(settings.otlp_endpoint);
  if (!url) return outcome::refused;
  const bool secure = url->scheme() == "https";
  const std::string host = url->host_address();
  http_io::client_request request;
  request.method = "POST";
  request.target = std::string{std::string_view{url->encoded_path()}};
  if (!request.target.ends_with(traces_path)) request.target += traces_path;
  request.fields.set("Host", std::string{std::string_view{url->encoded_host_and_port()}});
  request.fields.set("Content-Type", "application/json");
  request.body = body;
  request.max_response_bytes = largest_answer;
  if (secure) {
    auto verified = net::tls_client_context::load(settings.ca_file);
    if (!verified) {
      why = verified.error();
      return outcome::again;
    }
    request.tls = *verified;
    request.tls_server_name = host;
  }
  const std::string address = address_of(host);
  if (address.empty()) {
    why = host + " cannot be resolved";
    return outcome::again;
  }
  const std::uint16_t port = url->has_port() ? url->port_number() : static_cast<std::uint16_t>(secure ? 443 : 80);
  const auto answer = http_io::fetch_blocking({address, port}, request, settings.export_timeout);
  if (!answer) {
    why = answer.error().message();
    return outcome::again;
  }
  why = "status " + std::to_string(answer->status);
  if (answer->status / 100 == 2) return outcome::taken;
  return may_pass(answer->status) ? outcome::again : outcome::refused;
}

std::vector<metrics::gauge_reading> span_exporter::readings(std::uint64_t earlier) const {
  const char* dropped = "Spans that no collector got, by why.";
  const auto reading = [&](const char* reason, std::uint64_t count) {
    return metrics::gauge_reading{
        "modelgate_trace_spans_dropped_total", dropped, {{"reason", reason}}, static_cast<double>(count), true};
  };
  return {{"modelgate_trace_spans_exported_total",
           "Spans that a collector has taken.",
           {},
           static_cast<double>(exported_.load()),
           true},
          reading("queue_full", overflowed_ + earlier),
          reading("refused", refused_),
          reading("not_delivered", undelivered_)};
}

}  // namespace modelgate::telemetry
