#include "gateway/proxy/feedback.hpp"

#include "modelgate/base/form_text.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

namespace modelgate::proxy {
namespace {

namespace json = boost::json;

constexpr std::size_t most_depth = 32;
constexpr double largest_reward = 1e9;     ///< beside the sum of a few million of them a reward of 1 is still seen
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
  tensor_values,
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
      if (key == "shape") return place::tensor_shape;
      return key == "values" ? place::tensor_values : place::elsewhere;
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

/// What a tensor says of its rows: its values are there, its shape is only claimed.
struct tensor_size {
  std::size_t dimensions = 0;
  bool is_shape = true;     ///< nothing but whole numbers that are not negative
  double values_a_row = 1;  ///< all dimensions but the first
  std::size_t values = 0;

  void add_dimension(double size) noexcept {
    if (!(size >= 0) || size != std::floor(size)) is_shape = false;
    if (dimensions++ > 0) values_a_row *= size;
  }
  /// One where there is no shape to go by, as where there is no batch.
  [[nodiscard]] std::uint64_t rows() const noexcept {
    if (dimensions == 0 || !is_shape) return 1;
    return !(values_a_row >= 1) ? 0 : static_cast<std::uint64_t>(static_cast<double>(values) / values_a_row);
  }
};

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
  bool on_object_end(std::size_t, json::error_code&) {
    if (stack_[depth_ - 1] == place::request_tensor) said_.rows = tensor_.rows();
    return close();
  }

  bool on_array_begin(json::error_code& problem) {
    if (depth_ == 0) return refuse(problem, "feedback is a JSON object, such as {\"reward\": 1}");
    return open(problem);
  }
  bool on_array_end(std::size_t size, json::error_code&) {
    if (stack_[depth_ - 1] == place::request_array) said_.rows = size;
    if (stack_[depth_ - 1] == place::tensor_values) tensor_.values = size;
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
    if (opened == place::request_tensor || opened == place::tensor_shape) tensor_ = {0, true, 1, tensor_.values};
    if (opened == place::request_tensor) tensor_.values = 0;
    spoil_shape();
    stack_[depth_++] = opened;
    return true;
  }
  bool close() noexcept {
    --depth_;
    next_ = place::elsewhere;
    return true;
  }
  place taken_place() noexcept {
    spoil_shape();
    return std::exchange(next_, place::elsewhere);
  }
  [[nodiscard]] bool is_in_shape() const noexcept { return depth_ > 0 && stack_[depth_ - 1] == place::tensor_shape; }
  /// Something in it is no number.
  void spoil_shape() noexcept {
    if (is_in_shape()) tensor_.is_shape = false;
  }
  bool keep(json::string_view part) {
    if (text_.size() < longest_text) text_.append(part.substr(0, longest_text - text_.size()));
    return true;
  }
  bool take_number(double value, json::error_code& problem) {
    if (is_in_shape()) {
      tensor_.add_dimension(value);
      return true;
    }
    if (taken_place() == place::reward) return take_reward(value, problem);
    return require_message(problem);
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
    return refuse(problem, "\"reward\" is to be a number, at most 1e9 either way");
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
  tensor_size tensor_;
  const char* why_ = nullptr;
};

/// What a form says under `json`. Absent: it says nothing there, or is no form.
std::optional<std::string> message_of_form(std::string_view body) {
  constexpr std::string_view field = "json=";
  const bool begins_with_a_name = !body.empty() && ((body[0] | 0x20) >= 'a' && (body[0] | 0x20) <= 'z');
  if (!begins_with_a_name) return std::nullopt;
  while (!body.empty()) {
    const std::string_view pair = body.substr(0, body.find('&'));
    if (pair.starts_with(field)) return decode_form_text(pair.substr(field.size()));
    body.remove_prefix(std::min(pair.size() + 1, body.size()));
  }
  return std::nullopt;
}

boost::system::result<feedback, std::string> read_message(std::string_view body) {
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
  return std::move(parser.handler().said());
}

}  // namespace

boost::system::result<feedback, std::string> read_feedback(std::string_view body) {
  const std::optional<std::string> of_form = message_of_form(body);
  return read_message(of_form ? std::string_view{*of_form} : body);
}

}  // namespace modelgate::proxy
