#include "control/api/rest/answers.hpp"

#include "control/api/rest/json_text.hpp"

namespace modelgate::control::rest {

http_io::response json_answer(unsigned status, const boost::json::object& document) {
  http_io::response answer;
  answer.status = status;
  answer.fields.add("Content-Type", "application/json");
  answer.body = json_text(document);
  return answer;
}

http_io::response text_answer(std::string text) {
  http_io::response answer;
  answer.fields.add("Content-Type", "text/plain; charset=utf-8");
  answer.body = std::move(text);
  return answer;
}

http_io::response empty_answer(unsigned status) {
  http_io::response answer;
  answer.status = status;
  return answer;
}

http_io::response created_answer(const std::string& place, const boost::json::object& document) {
  http_io::response answer = json_answer(201, document);
  answer.fields.add("Location", "/api/v1" + place);
  return answer;
}

http_io::response list_answer(boost::json::array items, const std::string& next_page_token) {
  return json_answer(200, {{"items", std::move(items)}, {"nextPageToken", next_page_token}});
}

}  // namespace modelgate::control::rest
