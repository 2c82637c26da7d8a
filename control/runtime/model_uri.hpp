#pragma once

#include "modelgate/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::runtime {

/// Where a model is fetched from: file:///srv/models/iris, https://models.example.com/iris.tar.gz#sha256=<hex>.
struct model_uri {
  bool is_file = false;
  std::string path;  ///< of a file: absolute; of http: what is asked for, with its query
  std::string host;  ///< an IP literal, or a name
  bool is_literal = false;
  std::uint16_t port = 0;
  bool uses_tls = false;
  std::string name;    ///< the last part of the path
  std::string sha256;  ///< 64 lower-case digits, of the file as it is fetched; empty: nobody says

  friend bool operator==(const model_uri&, const model_uri&) = default;
};

/// Errors: a sentence without its subject.
[[nodiscard]] result<model_uri, std::string> parse_model_uri(std::string_view text);

/// Whether modelgate is to fetch it: it starts with one of the sources ("https://models.example.com/", "file:///srv/models").
/// All others are handed to the model as they are.
[[nodiscard]] bool is_fetched(std::string_view text, const std::vector<std::string>& sources);

}  // namespace modelgate::control::runtime
