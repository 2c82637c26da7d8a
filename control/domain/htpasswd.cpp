#include "control/domain/htpasswd.hpp"

#include "control/domain/document_reader.hpp"
#include "control/domain/names.hpp"

#include <algorithm>
#include <map>

namespace modelgate::control::domain {
namespace {

constexpr std::size_t longest_shown_name = 64;

/// Whether it may be shown as it stands.
bool is_printable(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_shown_name
         && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::string explain(crypto::foreign_flaw flaw) {
  switch (flaw) {
    case crypto::foreign_flaw::other_scheme:
      return "has no hash of htpasswd -m ($apr1$), -B ($2y$) or -s ({SHA}); make the entry anew with htpasswd -B, or "
             "add the client and give it a token";
    case crypto::foreign_flaw::malformed:
      return "has a damaged hash, perhaps cut off; copy the line again, or make the entry anew with htpasswd -B";
    case crypto::foreign_flaw::too_costly:
      return "has a bcrypt hash with a cost over " + std::to_string(crypto::most_bcrypt_cost)
             + ", of which one check takes too long; make the entry anew with htpasswd -B -C 12, or add the client and "
               "give it a token";
  }
  return {};
}

class htpasswd_parser {
 public:
  void take(std::size_t line, std::string_view text) {
    if (text.empty() || text.front() == '#') return;
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) {
      refuse(line, {}, mistake_code::malformed, "has no colon; an entry is <name>:<hash>");
      return;
    }
    const std::string_view name = text.substr(0, colon);
    const std::string_view rest = text.substr(colon + 1);
    const std::string_view hash = trimmed(rest.substr(0, rest.find(':')));
    if (!is_client_name(name)) {
      refuse(line, name, mistake_code::malformed,
             "has a name that is no client's: 1 to 64 lower-case letters, digits, '_' or '-', a letter or '_' first; "
             "rename it there, or add the client under another name");
      found_.flaws.back().only_the_name = true;
      return;
    }
    const auto scheme = crypto::inspect_foreign_hash(hash);
    if (!scheme) {
      const bool costly = scheme.error() == crypto::foreign_flaw::too_costly;
      refuse(line, name, costly ? mistake_code::out_of_range : mistake_code::malformed, explain(scheme.error()));
      return;
    }
    const auto [first, is_new] = lines_.try_emplace(std::string{name}, line);
    if (!is_new) {
      refuse(line, name, mistake_code::duplicate,
             "has the same name as line " + std::to_string(first->second) + "; keep one of them");
      return;
    }
    found_.entries.push_back({line, std::string{name}, std::string{hash}, *scheme});
  }

  [[nodiscard]] htpasswd_file finish() { return std::move(found_); }

 private:
  void refuse(std::size_t line, std::string_view name, std::string_view code, std::string detail) {
    found_.flaws.push_back(
        {line, is_printable(name) ? std::string{name} : std::string{}, std::string{code}, std::move(detail), false});
  }

  htpasswd_file found_;
  std::map<std::string, std::size_t, std::less<>> lines_;
};

}  // namespace

htpasswd_file parse_htpasswd(std::string_view text) {
  htpasswd_parser parser;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view here = text.substr(0, end);
    if (here.ends_with('\r')) here.remove_suffix(1);
    parser.take(line, here);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parser.finish();
}

}  // namespace modelgate::control::domain
