#include "modelgate/http_io/refusal.hpp"

#include <boost/beast/http/status.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace modelgate::http_io {

response make_refusal_response(const refusal& why) {
  response answer;
  answer.status = why.status;
  answer.fields.add("Content-Type", "application/problem+json");
  answer.body = boost::json::serialize(boost::json::value{{"type", "about:blank"},
                                                          {"title", reason_phrase(why.status)},
                                                          {"status", why.status},
                                                          {"code", why.code},
                                                          {"detail", why.detail}});
  return answer;
}

std::string_view reason_phrase(unsigned status) noexcept {
  const auto known = boost::beast::http::int_to_status(status);
  if (known == boost::beast::http::status::unknown) return {};
  const auto phrase = boost::beast::http::obsolete_reason(known);
  return {phrase.data(), phrase.size()};
}

}  // namespace modelgate::http_io
