#include "control/api/events/event_stream.hpp"
#include "control/api/rest/answers.hpp"
#include "control/api/rest/parameters.hpp"
#include "control/api/rest/routes.hpp"

#include "modelgate/base/ids.hpp"

#include <memory>
#include <utility>

namespace modelgate::control::rest {
namespace {

/// What a browser waits before it comes back, milliseconds: not all of them at the same instant.
constexpr std::uint64_t shortest_retry = 2'000;
constexpr std::uint64_t retry_spread = 2'000;

std::string retry_field() {
  thread_local id_generator numbers;
  return "retry: " + std::to_string(shortest_retry + numbers.next() % retry_spread) + "\n\n";
}

problem refused(events::event_hub::refusal why, const events::event_settings& limits) {
  using refusal = events::event_hub::refusal;
  problem answer{503, "OVERLOADED", "the server is ending or being upgraded; try again in a moment"};
  if (why == refusal::too_many) {
    answer.detail = std::to_string(limits.listeners) + " listeners, which is as many as there may be, listen already";
  } else if (why == refusal::too_many_of_user) {
    answer = {429, "TOO_MANY_LISTENERS",
              "you listen " + std::to_string(limits.listeners_per_user)
                  + " times already, which is as often as one user may; end one of these"};
  }
  answer.fields.emplace_back("Retry-After", "3");
  return answer;
}

events::event_filter filter_of(parameters& query) {
  events::event_filter filter;
  for (const std::string& topic : separated_by_commas(query.all("topics"))) {
    if (const auto kind = events::kind_of_topic(topic)) {
      filter.kinds.insert(*kind);
    } else {
      query.mistake("topics", "\"" + topic + "\" is no topic; there are " + std::string{events::topic_list});
    }
  }
  filter.groups = query.all("group");
  filter.deployments = query.all("deployment");
  return filter;
}

outcome listen(events::event_hub& hub, const rest_options& options, const who_asks_function& who_asks, const call& of) {
  parameters query{of.request, {"topics", "group", "deployment"}};
  events::event_filter filter = filter_of(query);
  if (auto wrong = query.wrong()) return *wrong;

  auto why = events::event_hub::refusal::stopped;
  auto place = hub.join(of.who.user, why);
  if (!place) return refused(why, hub.settings());

  // The request is gone when its answer is still being sent.
  const auto asked = std::make_shared<const http_io::request>(of.request);
  events::event_feed feed{hub.name(), of.who, std::move(filter), [asked, &options](const std::string& id) {
                            return endpoint_url(options.view().public_url, asked->fields.get("Host"),
                                                options.prediction, id);
                          }};
  http_io::response answer;
  answer.fields.add("Content-Type", "text/event-stream");
  answer.fields.add("Cache-Control", "no-store");
  answer.fields.add("X-Accel-Buffering", "no");  // a proxy before us would keep events until it has enough of them
  answer.body = retry_field();
  answer.stream = std::make_shared<events::event_stream>(
      std::move(place), std::move(feed), [asked, who_asks] { return who_asks(*asked); },
      std::string{of.request.fields.get("Last-Event-ID")});
  return answer;
}

}  // namespace

void add_event_routes(route_table& to, events::event_hub& hub, const rest_options& options,
                      who_asks_function who_asks) {
  to.add("GET", "/events", [&hub, &options, who_asks = std::move(who_asks)](const call& of) {
    return listen(hub, options, who_asks, of);
  });
}

}  // namespace modelgate::control::rest
