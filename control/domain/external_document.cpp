#include "control/domain/external_document.hpp"

#include "control/domain/limits.hpp"
#include "control/domain/replica_url.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace modelgate::control::domain {
namespace {

namespace json = boost::json;

/// Duplicates are told by what the URLs mean: "http://a" and "http://A:80/" are one place.
std::vector<std::string> read_urls(document_reader& reader, const json::array& items, diagnostics& mistakes) {
  std::vector<std::string> urls;
  std::vector<replica_url> places;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string where = pointer_to(reader.pointer("urls"), i);
    const auto* text = items[i].if_string();
    if (text == nullptr) {
      mistakes.push_back({where, std::string{mistake_code::wrong_type}, "must be a text"});
      continue;
    }
    urls.emplace_back(text->data(), text->size());
    check_text(urls.back(), {.most = limits::external_url_length}, where, mistakes);
    if (concerns(mistakes, where)) continue;
    auto place = parse_replica_url(urls.back());
    if (!place) {
      mistakes.push_back({where, std::string{mistake_code::malformed}, place.error()});
    } else if (std::find(places.begin(), places.end(), *place) != places.end()) {
      mistakes.push_back({where, std::string{mistake_code::duplicate}, "is listed twice"});
    } else {
      places.push_back(std::move(*place));
    }
  }
  return urls;
}

bool is_file_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-'
           || c == '_';
  });
}

bool is_health_path(std::string_view path) {
  return path.starts_with('/') && std::all_of(path.begin(), path.end(), [](char c) {
           return c > ' ' && c < 0x7f && c != '#' && c != '\\' && c != '"' && c != '<' && c != '>';
         });
}

}  // namespace

external_source read_external_source(const json::value& document, const std::string& pointer, diagnostics& mistakes) {
  external_source source;
  document_reader reader{document, pointer, mistakes};
  const bool has_urls = reader.raw("urls") != nullptr;
  if (const auto* items = reader.array("urls", limits::external_urls)) {
    source.urls = read_urls(reader, *items, mistakes);
    if (items->empty()) reader.mistake("urls", mistake_code::required, "must list at least one URL");
  }
  source.file = reader.text("file", {.most = limits::external_file_name_length});
  if (source.file && !is_file_name(*source.file)) {
    reader.mistake("file", mistake_code::malformed,
                   "must be the plain name of a file in runtime.external.folder: letters, digits, '.', '-' and '_', "
                   "not starting with '.'");
  }
  if (has_urls && source.file) {
    reader.mistake("file", mistake_code::exactly_one, "stands beside urls; give exactly one of the two");
  } else if (!has_urls && !source.file) {
    reader.require("urls", "the URLs of the replicas (or file, the name of a file that lists them)");
  }
  source.health_path = reader.text("healthPath", {.most = limits::health_path_length});
  if (source.health_path && !is_health_path(*source.health_path)) {
    reader.mistake("healthPath", mistake_code::malformed, "must be a path that starts with \"/\", such as \"/health\"");
  }
  reader.refuse_others();
  return source;
}

json::object to_json(const external_source& source) {
  json::object document;
  if (source.file) {
    document.emplace("file", *source.file);
  } else {
    json::array urls;
    for (const std::string& url : source.urls) urls.push_back(json::value(url));
    document.emplace("urls", std::move(urls));
  }
  document.emplace("healthPath", source.health_path ? json::value(*source.health_path) : json::value(nullptr));
  return document;
}

}  // namespace modelgate::control::domain
