#pragma once

#include "control/api/primehub/caller.hpp"
#include "control/service/authorization_codes.hpp"

namespace modelgate::control::primehub {

/// How `primehub config generate-token` gets its token: it asks for an address (302), a person logs in there with name
/// and password or is logged in to the console already, and carries the code that he is shown to the program, which
/// exchanges it.
///
/// Shape:  one per program, any-thread; refers to the parts.
/// Errors: pages for people; to the program the words that it looks for.
class token_exchange {
 public:
  explicit token_exchange(const parts& all) : all_{all}, codes_{all.context} {}

  [[nodiscard]] static bool has(std::string_view path) noexcept;
  [[nodiscard]] http_io::response operator()(const http_io::request& request, const std::string& request_id);

 private:
  [[nodiscard]] http_io::response show_form(const http_io::request& request, unsigned status,
                                            const std::string& message) const;
  [[nodiscard]] http_io::response give_code(const http_io::request& request, const std::string& request_id);
  [[nodiscard]] http_io::response exchange(const http_io::request& request, const std::string& request_id);
  [[nodiscard]] domain::audit_event event_of(const http_io::request& request, const std::string& request_id) const;

  const parts& all_;
  service::authorization_codes codes_;
};

}  // namespace modelgate::control::primehub
