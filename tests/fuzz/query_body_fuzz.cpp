// What is posted to PrimeHub's GraphQL, its Content-Type in the first line: it is a query, or it is said why not.
#include "control/api/graphql/unicode.hpp"
#include "control/api/primehub/query_body.hpp"
#include "tests/fuzz/require.hpp"

#include <boost/json/serialize.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view whole{reinterpret_cast<const char*>(data), size};
  const std::string_view type = whole.substr(0, whole.find('\n'));
  modelgate::http_io::request request;
  request.method = "POST";
  request.path = "/api/graphql";
  request.fields.add("Content-Type", std::string{type});
  if (type.size() < whole.size()) request.body = whole.substr(type.size() + 1);
  const auto read = modelgate::control::primehub::read_query(request);
  if (!read) {
    require(!read.error().message.empty() && !read.error().code.empty(), "a refusal says why");
    return 0;
  }
  require(!read->query.empty(), "there is something to ask");
  require(modelgate::control::graphql::is_utf8(read->query), "it is text");
  require(boost::json::serialize(read->variables).size() >= 2, "variables can be told");
  return 0;
}
