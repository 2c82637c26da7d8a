// A GraphQL document and, after a zero, its variables as JSON, through every stage before anything is done: what is read has bounds, is read again the same from what it is written as, no stage after the parser breaks on it, and none takes long.
#include "control/api/graphql/coercion.hpp"
#include "control/api/graphql/execution.hpp"
#include "control/api/graphql/parser.hpp"
#include "control/api/graphql/validation.hpp"
#include "tests/fuzz/require.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace {

namespace graphql = modelgate::control::graphql;

const graphql::schema& types() {
  static const graphql::schema all{R"(
    scalar JSON
    enum Size { small large }
    input In { id: ID!, many: [In!], size: Size = small, any: JSON }
    type Query { me(in: In, ids: [[ID]!]): Query, all(first: Int = 2): [Query!]!, name: String, size: Size }
    type Mutation { do(in: In!): Query! }
  )"};
  return all;
}

/// Answers everything, but not for ever.
class anything : public graphql::object {
 public:
  explicit anything(int left) : left_{left} {}
  graphql::resolution get(std::string_view field, const boost::json::object&) const override {
    if (field == "name") return graphql::resolved{boost::json::value("n")};
    if (field == "size") return graphql::resolved{boost::json::value("small")};
    if (left_ == 0) return graphql::fault{"no more", "NONE"};
    graphql::resolved one{graphql::object_ptr{std::make_shared<anything>(left_ - 1)}};
    if (field == "all") return std::vector<graphql::resolved>{one, one};
    return one;
  }

 private:
  int left_;
};

std::size_t count(const std::vector<graphql::selection>& selections, std::size_t depth) {
  require(depth <= graphql::query_limits{}.depth, "no selection is deeper than allowed");
  std::size_t all = 0;
  for (const auto& each : selections) all += 1 + count(each.selections, depth + 1);
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto begun = std::chrono::steady_clock::now();
  const std::string_view whole{reinterpret_cast<const char*>(data), size};
  const std::string_view text = whole.substr(0, whole.find('\0'));
  boost::json::object variables;
  if (text.size() < whole.size()) {
    boost::system::error_code broken;
    const std::string_view given = whole.substr(text.size() + 1);
    auto read = boost::json::parse({given.data(), given.size()}, broken);
    if (!broken && read.is_object()) variables = std::move(read.get_object());
  }
  graphql::query_limits limits;
  limits.cost = 2'000;
  limits.answer_values = 2'000;
  const auto read = graphql::parse(text, limits);
  if (!read) {
    require(!read.error().message.empty() && !read.error().code.empty(), "a refusal says why");
    return 0;
  }
  std::size_t selections = 0;
  for (const auto& each : read->operations) {
    selections += count(each.selections, 1);
    for (const auto& variable : each.variables) {
      require(!variable.type.named().empty(), "a variable has a type");
      if (!variable.default_value) continue;
      const std::string again =
          "query ($v: " + to_string(variable.type) + " = " + to_string(*variable.default_value) + ") { a }";
      const auto same = graphql::parse(again, limits);
      if (!same) continue;  // written out it may be longer than a document may be
      require(
          to_string(*same->operations.front().variables.front().default_value) == to_string(*variable.default_value),
          "a value is read again as it was written");
    }
  }
  require(selections <= limits.tokens, "there are no more selections than tokens");
  const auto mistakes = graphql::validate(types(), *read, limits);
  require(mistakes.size() <= limits.faults, "no more mistakes are told than allowed");
  const anything root{4};
  const auto told = graphql::answer(types(), {&root, &root}, {text, {}, &variables}, limits);
  require(told.errors.size() <= 2 * limits.faults, "no more mistakes of variables and fields are told, either");
  require(told.executed || !told.errors.empty(), "who is refused is told why");
  require(!told.executed || mistakes.empty(), "what is wrong is not executed");
  require(std::chrono::steady_clock::now() - begun < std::chrono::seconds{10}, "no document takes long");
  return 0;
}
