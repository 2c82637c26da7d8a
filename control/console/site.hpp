#pragma once

#include "control/console/asset.hpp"

#include "modelgate/http_io/message.hpp"

#include <optional>
#include <span>

namespace modelgate::control::console {

/// Answers browsers with the console: its files, and its page for every path that the console itself makes sense of.
///
/// Shape:  immutable; any-thread. Refers to the assets.
/// Source: caching after RFC 9111 and RFC 8246; what the page may do after CSP level 3.
class site {
 public:
  explicit site(std::span<const asset> assets) : assets_{assets} {}

  /// What GET gets, whatever the request's method is. Errors: absent when nothing of the console is there: paths of
  /// the API and of probes, files that are not, and pages for who does not take HTML.
  [[nodiscard]] std::optional<http_io::response> answer(const http_io::request& request) const;

 private:
  [[nodiscard]] const asset* find(std::string_view path) const noexcept;

  std::span<const asset> assets_;
};

}  // namespace modelgate::control::console
