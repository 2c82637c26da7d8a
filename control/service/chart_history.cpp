#include "control/service/chart_history.hpp"

#include "modelgate/metrics/latency_histogram.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace modelgate::control::service {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

constexpr std::array<std::pair<double, const char*>, 5> quantiles{
    {{0.5, "0.5"}, {0.75, "0.75"}, {0.9, "0.9"}, {0.95, "0.95"}, {0.99, "0.99"}}};

std::uint64_t total_of(const std::vector<std::uint64_t>& counts) {
  std::uint64_t total = 0;
  for (const std::uint64_t each : counts) total += each;
  return total;
}

std::uint64_t count_at(const std::vector<std::uint64_t>& counts, std::size_t index) {
  return index < counts.size() ? counts[index] : 0;
}

bool is_below(const std::vector<std::uint64_t>& now, const std::vector<std::uint64_t>& before) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (count_at(now, i) < before[i]) return true;
  }
  return false;
}

void subtract(std::vector<std::uint64_t>& from, const std::vector<std::uint64_t>& what) {
  for (std::size_t i = 0; i < from.size(); ++i) from[i] -= count_at(what, i);
}

void add_up(std::vector<std::uint64_t>& into, const std::vector<std::uint64_t>& what) {
  if (into.size() < what.size()) into.resize(what.size());
  for (std::size_t i = 0; i < what.size(); ++i) into[i] += what[i];
}

/// What came since somebody looked before: a count that has gone down is another one of that name.
config::answer_counts since(const config::answer_counts& before, config::answer_counts now) {
  const bool is_another = is_below(now.answers, before.answers) || is_below(now.latency, before.latency)
                          || now.feedback < before.feedback || now.reward < before.reward;
  if (is_another) return now;
  subtract(now.answers, before.answers);
  subtract(now.latency, before.latency);
  now.feedback -= before.feedback;
  now.reward -= before.reward;
  return now;
}

/// Whether nobody has asked it for anything. Of thousands most may be stopped: they take no time and no room of others.
bool is_silent(const config::deployment_counts& now, const config::deployment_counts& before) {
  return total_of(now.counted.answers) == total_of(before.counted.answers)
         && now.counted.feedback == before.counted.feedback;
}

void add_up(config::answer_counts& into, const config::answer_counts& what) {
  add_up(into.answers, what.answers);
  add_up(into.latency, what.latency);
  into.feedback += what.feedback;
  into.reward += what.reward;
}

}  // namespace

double quantile_of(double quantile, const std::vector<std::uint64_t>& buckets) {
  const auto& bounds = metrics::latency_bounds_seconds;
  const std::uint64_t total = total_of(buckets);
  if (total == 0) return unknown;
  const double rank = quantile * static_cast<double>(total);
  double below = 0;
  for (std::size_t i = 0; i < buckets.size() && i < bounds.size(); ++i) {
    const auto count = static_cast<double>(buckets[i]);
    if (below + count >= rank) {
      const double lower = i == 0 ? 0 : bounds[i - 1];
      return count == 0 ? lower : lower + (bounds[i] - lower) * (rank - below) / count;
    }
    below += count;
  }
  return bounds.back();
}

std::int64_t chart_history::step_of(system_time at) const noexcept {
  return std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()) / step_;
}

void chart_history::put(recorded& into, line_key key, std::int64_t step, double value) {
  auto place = into.lines.find(key);
  if (place == into.lines.end()) {
    if (lines_ >= most_lines_) return;
    ++lines_;
    place = into.lines.emplace(std::move(key), ring{}).first;
    place->second.values.assign(kept, unknown);
    place->second.newest = step;
  }
  place->second.values[static_cast<std::size_t>(step) % kept] = value;
  if (!std::isnan(value)) place->second.newest = step;
}

void chart_history::put_counts(recorded& into, const label_map& labels, const moment& when, const counts& came) {
  const auto answers = static_cast<double>(total_of(came.answers));
  const auto of_class = [&](std::size_t digit) { return static_cast<double>(count_at(came.answers, digit)); };
  put(into, {"qps", labels}, when.step, answers / when.seconds);
  put(into, {"success", labels}, when.step, answers > 0 ? 1 - of_class(5) / answers : unknown);
  put(into, {"4xx", labels}, when.step, of_class(4) / when.seconds);
  put(into, {"5xx", labels}, when.step, of_class(5) / when.seconds);
  for (const auto& [quantile, word] : quantiles) {
    label_map with_quantile = labels;
    with_quantile.emplace("quantile", word);
    put(into, {"latency", std::move(with_quantile)}, when.step, quantile_of(quantile, came.latency));
  }
  const auto calls = static_cast<double>(came.feedback);
  const bool is_drawn = calls > 0 || labels.empty() || into.lines.contains({"reward", labels});  // few get feedback
  if (is_drawn) put(into, {"reward", labels}, when.step, calls > 0 ? came.reward / calls : unknown);
}

void chart_history::put_deployment(recorded& into, const moment& when, const config::deployment_counts& now) {
  const config::deployment_counts before = std::exchange(into.last, now);
  put_counts(into, {}, when, since(before.counted, now.counted));

  // The newest models: of a deployment that was updated often the others have no requests any more.
  const std::size_t first = now.models.size() - std::min(now.models.size(), most_models);
  for (std::size_t i = first; i < now.models.size(); ++i) {
    const config::model_counts& model = now.models[i];
    std::uint64_t came = model.predictions;
    for (const config::model_counts& each : before.models) {
      const bool is_it = each.image == model.image && each.version == model.version;
      if (is_it && each.predictions <= came) came -= each.predictions;
    }
    put(into, {"predict_qps", {{"image", model.image}, {"version", model.version}}}, when.step,
        static_cast<double>(came) / when.seconds);
  }
}

std::set<std::string> chart_history::choose_replicas(recorded& into, const std::set<std::string>& present) {
  std::map<std::string, std::int64_t> drawn;  // with the last step that has a value
  for (const auto& [key, line] : into.lines) {
    const auto label = key.second.find("replica");
    if (label == key.second.end()) continue;
    std::int64_t& newest = drawn[label->second];
    newest = std::max(newest, line.newest);
  }
  std::set<std::string> chosen;
  for (const std::string& replica : present) {
    if (drawn.contains(replica)) chosen.insert(replica);
  }
  for (const std::string& replica : present) {
    if (drawn.contains(replica)) continue;
    if (drawn.size() >= most_replicas) {
      auto oldest = drawn.end();
      for (auto each = drawn.begin(); each != drawn.end(); ++each) {
        const bool is_older = oldest == drawn.end() || each->second < oldest->second;
        if (!present.contains(each->first) && is_older) oldest = each;
      }
      if (oldest == drawn.end()) break;
      lines_ -= std::erase_if(into.lines, [&](const auto& each) {
        const auto label = each.first.second.find("replica");
        return label != each.first.second.end() && label->second == oldest->first;
      });
      drawn.erase(oldest);
    }
    drawn.emplace(replica, std::numeric_limits<std::int64_t>::max());
    chosen.insert(replica);
  }
  return chosen;
}

void chart_history::put_replicas(recorded& into, const moment& when, const sighting& seen) {
  std::map<std::string, counts> came;
  std::map<std::string, double> in_flight;
  double all_in_flight = 0;
  std::map<std::pair<std::string, std::string>, counts> last;
  for (const config::endpoint_load* load : seen.endpoints) {
    // A replica that was started again has another address for a while beside the old one; their counts are apart.
    const std::pair<std::string, std::string> place{load->replica, load->address};
    add_up(came[load->replica], since(into.last_of_replicas[place], load->counted));
    last[place] = load->counted;
    in_flight[load->replica] += load->in_flight;
    all_in_flight += load->in_flight;
  }
  into.last_of_replicas = std::move(last);
  put(into, {"in_flight", {}}, when.step, all_in_flight);

  std::set<std::string> present;
  for (const auto& [replica, counted] : came) present.insert(replica);
  for (const replica_reading* each : seen.usage) present.insert(each->replica);
  const std::set<std::string> chosen = choose_replicas(into, present);
  for (const auto& [replica, counted] : came) {
    if (!chosen.contains(replica)) continue;
    put(into, {"in_flight", {{"replica", replica}}}, when.step, in_flight[replica]);
    put_counts(into, {{"replica", replica}}, when, counted);
  }
  std::map<std::string, domain::replica_usage> usage;
  std::map<std::string, double> cores;
  for (const replica_reading* each : seen.usage) {
    // Looks at replicas have an interval of their own: between two of them the last one holds.
    const auto before = into.last_usage.find(each->replica);
    double now = unknown;
    if (before != into.last_usage.end() && each->usage.at > before->second.at) {
      const double passed = std::chrono::duration<double>(each->usage.at - before->second.at).count();
      now = std::max(0.0, each->usage.cpu_seconds - before->second.cpu_seconds) / passed;
    } else if (const auto held = into.cores.find(each->replica); held != into.cores.end()) {
      now = held->second;
    }
    usage[each->replica] = each->usage;
    cores[each->replica] = now;
    if (!chosen.contains(each->replica)) continue;
    put(into, {"cpu", {{"replica", each->replica}}}, when.step, now);
    put(into, {"memory", {{"replica", each->replica}}}, when.step, static_cast<double>(each->usage.memory_bytes));
  }
  into.last_usage = std::move(usage);
  into.cores = std::move(cores);
}

void chart_history::put_clients(recorded& into, const moment& when, const sighting& seen) {
  struct arrived {
    counts came;
    double in_flight = 0;
  };
  const auto label_of = [](std::string_view client) { return label_map{{"client", std::string{client}}}; };
  const auto draw = [&](std::string_view client, const arrived& what) {
    put_counts(into, label_of(client), when, what.came);
    put(into, {"in_flight", label_of(client)}, when.step, what.in_flight);
  };
  std::size_t named = 0;
  for (const auto& [key, line] : into.lines) {
    const auto label = key.second.find("client");
    if (key.first == "qps" && label != key.second.end() && label->second != other_clients) ++named;
  }
  std::map<std::string, counts> last;
  std::vector<std::pair<std::string_view, arrived>> without_line;
  for (const config::client_use* client : seen.clients) {
    const std::string& name = client->client;
    const arrived now{since(into.last_of_clients[name], client->counted), static_cast<double>(client->in_flight)};
    last[name] = client->counted;
    if (name != other_clients && into.lines.contains({"qps", label_of(name)}))
      draw(name, now);
    else
      without_line.emplace_back(name, now);
  }
  into.last_of_clients = std::move(last);
  // Free places go to those who asked most.
  const auto asked = [](const auto& each) { return total_of(each.second.came.answers); };
  std::sort(without_line.begin(), without_line.end(), [&](const auto& a, const auto& b) {
    return std::pair{asked(b), a.first} < std::pair{asked(a), b.first};
  });
  arrived others;
  for (const auto& each : without_line) {
    if (named < most_clients && asked(each) > 0 && each.first != other_clients) {
      ++named;
      draw(each.first, each.second);
    } else {
      add_up(others.came, each.second.came);
      others.in_flight += each.second.in_flight;
    }
  }
  const bool say_something = asked(std::pair{other_clients, others}) > 0 || others.came.feedback > 0;
  if (say_something || into.lines.contains({"qps", label_of(other_clients)})) draw(other_clients, others);
}

/// Forgets what the steps between the last one and this one had an hour ago, and lines that have had no value since.
void chart_history::clear_left_out(recorded& of, std::int64_t step) const {
  const auto hour = static_cast<std::int64_t>(kept);
  for (auto& [key, line] : of.lines) {
    for (std::int64_t each = std::max(newest_ + 1, step - hour + 1); each <= step; ++each)
      line.values[static_cast<std::size_t>(each) % kept] = unknown;
  }
  std::erase_if(of.lines, [&](const auto& each) { return step - each.second.newest >= hour; });
}

void chart_history::add(system_time at, const config::observation& seen, const std::vector<replica_reading>& usage) {
  const std::lock_guard lock{mutex_};
  const moment when{step_of(at), std::chrono::duration<double>(last_at_ ? at - *last_at_ : step_).count()};
  if (last_at_ && when.step <= newest_) return;  // the clock was set back

  std::map<std::string, sighting> of;
  for (const config::endpoint_load& each : seen.endpoints) of[each.deployment].endpoints.push_back(&each);
  for (const config::client_use& each : seen.clients) of[each.deployment].clients.push_back(&each);
  for (const replica_reading& each : usage) of[each.deployment].usage.push_back(&each);

  const sighting nothing;
  std::map<std::string, recorded> next;
  lines_ = 0;
  for (const config::deployment_counts& now : seen.deployments) {
    recorded& into = next[now.deployment];
    if (const auto known = deployments_.find(now.deployment); known != deployments_.end())
      into = std::move(known->second);
    clear_left_out(into, when.step);
    lines_ += into.lines.size();
  }
  deployments_ = std::move(next);
  for (const config::deployment_counts& now : seen.deployments) {
    recorded& into = deployments_[now.deployment];
    const auto sighted = of.find(now.deployment);
    if (sighted == of.end() && into.lines.empty() && is_silent(now, into.last)) continue;
    const sighting& parts = sighted == of.end() ? nothing : sighted->second;
    put_deployment(into, when, now);
    put_replicas(into, when, parts);
    put_clients(into, when, parts);
  }
  newest_ = when.step;
  last_at_ = at;
}

chart chart_history::read(const std::string& deployment, std::chrono::milliseconds window, system_time now) const {
  const std::lock_guard lock{mutex_};
  const auto count = std::clamp<std::int64_t>(window / step_, 1, static_cast<std::int64_t>(kept));
  // The step that ends about now may not have been counted yet.
  const std::int64_t last = std::max(newest_, step_of(now) - 1);
  chart shown;
  shown.step = step_;
  shown.start = system_time{step_ * (last - count)};
  const auto known = deployments_.find(deployment);
  if (known == deployments_.end()) return shown;
  for (const auto& [key, line] : known->second.lines) {
    chart::line& drawn = shown.lines.emplace_back(chart::line{key.first, key.second, {}});
    for (std::int64_t step = last - count + 1; step <= last; ++step) {
      const bool is_kept = step <= newest_ && newest_ - step < static_cast<std::int64_t>(kept);
      drawn.values.push_back(is_kept ? line.values[static_cast<std::size_t>(step) % kept] : unknown);
    }
  }
  return shown;
}

}  // namespace modelgate::control::service
