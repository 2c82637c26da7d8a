#include "gateway/http_io/request_target.hpp"

#include <boost/locale/utf.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace modelgate::http_io {
namespace {

/// UTF-8 without control characters.
bool is_plain_text(std::string_view text) {
  using utf8 = boost::locale::utf::utf_traits<char>;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const boost::locale::utf::code_point point = utf8::decode(at, end);
    if (point == boost::locale::utf::illegal || point == boost::locale::utf::incomplete) return false;
    if (point < 0x20 || point == 0x7f) return false;
  }
  return true;
}

}  // namespace

std::optional<request_target> parse_request_target(std::string_view origin_form) {
  const auto url = boost::urls::parse_origin_form({origin_form.data(), origin_form.size()});
  if (!url) return std::nullopt;
  request_target target;
  target.path = url->path();
  if (!is_plain_text(target.path)) return std::nullopt;
  boost::urls::encoding_opts as_form;
  as_form.space_as_plus = true;
  for (const auto& parameter : url->params(as_form)) {
    std::string name{parameter.key};
    std::string value{parameter.value};
    if (!is_plain_text(name) || !is_plain_text(value)) return std::nullopt;
    target.query.emplace_back(std::move(name), std::move(value));
  }
  return target;
}

}  // namespace modelgate::http_io
