#include "gateway/proxy/feedback.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

namespace modelgate::proxy {
namespace {

namespace json = boost::json;

constexpr std::size_t most_depth = 32;
constexpr double largest_reward = 1e100;   ///< no sum of such rewards comes near the end of what a double holds
constexpr std::size_t longest_text = 256;  ///< of keys and strings that are looked at; no puid or image is longer

/// Where in the message the parser is.
enum class place : std::uint8_t {
  elsewhere,
  message,
  reward,
  request,
  request_data,
  request_array,
  request_tensor,
  tensor_shape,
  request_meta,
  response,
  response_meta,
  puid,
  request_path,
  image,
};

place child_of(place parent, std::string_view key) {
  switch (parent) {
    case place::message:
      if (key == "reward") return place::reward;
      if (key == "request") return place::request;
      return key == "response" ? place::response : place::elsewhere;
    case place::request:
      if (key == "data") return place::request_data;
      return key == "meta" ? place::request_meta : place::elsewhere;
    case place::request_data:
      if (key == "ndarray") return place::request_array;
      return key == "tensor" ? place::request_tensor : place::elsewhere;
    case place::request_tensor:
      return key == "shape" ? place::tensor_shape : place::elsewhere;
    case place::response:
      return key == "meta" ? place::response_meta : place::elsewhere;
    case place::request_meta:
      return key == "puid" ? place::puid : place::elsewhere;
    case place::response_meta:
      if (key == "puid") return place::puid;
      return key == "requestPath" ? place::request_path : place::elsewhere;
    case place::request_path:
      return place::image;
    default:
      return place::elsewhere;
  }
}

/// Hears the message from Boost.JSON's parser, event by event.
class listener {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }

  bool on_object_begin(json::error_code& problem) {
    if (depth_ == 0) next_ = place::message;
    return open(problem);
  }
  bool on_object_end(std::size_t, json::error_code&) { return close(); }

  bool on_array_begin(json::error_code& problem) {
    if (depth_ == 0) return refuse(problem, "feedback is a JSON object, such as {\"reward\": 1}");
    return open(problem);
  }
  bool on_array_end(std::size_t size, json::error_code&) {
    if (stack_[depth_ - 1] == place::request_array) said_.rows = size;
    return close();
  }

  bool on_key_part(json::string_view part, std::size_t, json::error_code&) { return keep(part); }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    keep(part);
    next_ = child_of(stack_[depth_ - 1], text_);
    text_.clear();
    return true;
  }

  bool on_string_part(json::string_view part, std::size_t, json::error_code&) { return keep(part); }
  bool on_string(json::string_view part, std::size_t, json::error_code& problem) {
    keep(part);
    const std::string text = std::exchange(text_, {});
    if (depth_ == 0) return refuse(problem, "feedback is a JSON object, such as {\"reward\": 1}");
    switch (taken_place()) {
      case place::reward: {
        double value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool is_number = failure == std::errc{} && end == text.data() + text.size() && !text.empty();
        return is_number ? take_reward(value, problem) : refuse_reward(problem);
      }
      case place::puid:
        if (text.size() < longest_text) said_.puid = text;
        return true;
      case place::image:
        if (text.size() < longest_text) said_.image = text;
        return true;
      default:
        return true;
    }
  }

  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t value, json::string_view, json::error_code& problem) {
    return take_number(static_cast<double>(value), problem);
  }
  bool on_uint64(std::uint64_t value, json::string_view, json::error_code& problem) {
    return take_number(static_cast<double>(value), problem);
  }
  bool on_double(double value, json::string_view, json::error_code& problem) { return take_number(value, problem); }
  bool on_bool(bool, json::error_code& problem) {
    return taken_place() == place::reward ? refuse_reward(problem) : require_message(problem);
  }
  bool on_null(json::error_code& problem) {
    static_cast<void>(taken_place());
    return require_message(problem);
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

  [[nodiscard]] feedback& said() noexcept { return said_; }
  [[nodiscard]] const char* why() const noexcept { return why_; }

 private:
  bool open(json::error_code& problem) {
    const place opened = std::exchange(next_, place::elsewhere);
    if (opened == place::reward) return refuse_reward(problem);
    stack_[depth_++] = opened;
    at_first_ = true;
    return true;
  }
  bool close() noexcept {
    --depth_;
    next_ = place::elsewhere;
    at_first_ = false;
    return true;
  }
  place taken_place() noexcept {
    at_first_ = false;
    return std::exchange(next_, place::elsewhere);
  }
  bool keep(json::string_view part) {
    if (text_.size() < longest_text) text_.append(part.substr(0, longest_text - text_.size()));
    return true;
  }
  bool take_number(double value, json::error_code& problem) {
    const bool is_first = at_first_;
    if (taken_place() == place::reward) return take_reward(value, problem);
    if (depth_ == 0) return require_message(problem);
    const bool is_dimension = is_first && stack_[depth_ - 1] == place::tensor_shape;
    if (is_dimension && value >= 0 && value < 1e15) said_.rows = static_cast<std::uint64_t>(value);
    return true;
  }
  bool take_reward(double value, json::error_code& problem) {
    if (said_.has_reward) return refuse(problem, "\"reward\" stands twice in this feedback");
    if (!std::isfinite(value) || std::abs(value) > largest_reward) return refuse_reward(problem);
    said_.has_reward = true;
    said_.reward = value;
    return true;
  }
  bool require_message(json::error_code& problem) {
    return depth_ > 0 || refuse(problem, "feedback is a JSON object, such as {\"reward\": 1}");
  }
  bool refuse_reward(json::error_code& problem) {
    return refuse(problem, "\"reward\" is to be a number, at most 1e100 either way");
  }
  bool refuse(json::error_code& problem, const char* why) {
    why_ = why;
    problem = json::error::syntax;
    return false;
  }

  feedback said_;
  std::string text_;
  std::array<place, most_depth + 1> stack_{};
  std::size_t depth_ = 0;
  place next_ = place::elsewhere;
  bool at_first_ = false;  ///< nothing of the innermost array was seen yet
  const char* why_ = nullptr;
};

}  // namespace

boost::system::result<feedback, std::string> read_feedback(std::string_view body) {
  json::parse_options options;
  options.max_depth = most_depth;
  json::basic_parser<listener> parser{options};
  json::error_code problem;
  const std::size_t read = parser.write_some(false, body.data(), body.size(), problem);
  if (!problem && read < body.size()) problem = json::error::extra_data;
  if (problem) {
    if (const char* why = parser.handler().why()) return std::string{why};
    return "feedback is to be JSON: " + problem.message() + " at byte " + std::to_string(read + 1);
  }
  feedback said = std::move(parser.handler().said());
  // A shape may claim what it likes: no row takes less than a byte.
  said.rows = std::min<std::uint64_t>(said.rows, body.size());
  return said;
}

}  // namespace modelgate::proxy
