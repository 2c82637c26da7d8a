// What a written value means to the kind of its key: the keys are in settings_table.cpp.
#include "gateway/config/settings_table.hpp"

#include "modelgate/base/clock.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>

namespace modelgate::config {
namespace {

/// "16KiB", "32MiB", "1GiB". Errors: absent for anything else and for what does not fit.
std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{}) return std::nullopt;
  const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  std::uint64_t factor = 0;
  if (unit == "B") factor = 1;
  if (unit == "KiB") factor = 1'024;
  if (unit == "MiB") factor = 1'048'576;
  if (unit == "GiB") factor = 1'073'741'824;
  if (factor == 0 || number > UINT64_MAX / factor) return std::nullopt;
  return number * factor;
}

bool is_url(std::string_view text) {
  const auto url = boost::urls::parse_absolute_uri({text.data(), text.size()});
  return url && (url->scheme() == "http" || url->scheme() == "https") && !url->encoded_host().empty()
         && !url->has_query() && !url->has_userinfo();
}

std::optional<std::string> canonical_address(const std::string& text) {
  error_code problem;
  const auto address = boost::asio::ip::make_address(text, problem);
  if (problem) return std::nullopt;
  return address.to_string();
}

/// The network's own address and its prefix: "10.1.2.3/8" is "10.0.0.0/8".
std::optional<std::string> canonical_network(const std::string& text) {
  error_code problem;
  const auto address = boost::asio::ip::make_address(text.substr(0, text.find('/')), problem);
  if (problem) return std::nullopt;
  const std::string whole = text.find('/') == std::string::npos ? text + (address.is_v4() ? "/32" : "/128") : text;
  if (address.is_v4()) {
    const auto network = boost::asio::ip::make_network_v4(whole, problem);
    return problem ? std::nullopt : std::optional{network.canonical().to_string()};
  }
  const auto network = boost::asio::ip::make_network_v6(whole, problem);
  return problem ? std::nullopt : std::optional{network.canonical().to_string()};
}

std::string quoted_list(std::span<const std::string_view> words) {
  std::string list;
  for (const std::string_view word : words) {
    if (!list.empty()) list += word == words.back() ? " or " : ", ";
    list.append("\"").append(word).append("\"");
  }
  return list;
}

/// Assigns by kind; each answers what it expects instead when the value does not fit.
struct assigner {
  settings& target;
  const written_value& value;
  const std::filesystem::path& folder;

  using problem = std::optional<std::string>;

  template <class Written>
  [[nodiscard]] const Written* written() const {
    return std::get_if<Written>(&value);
  }

  problem operator()(const address_key& key) const {
    const auto* text = written<std::string>();
    const auto parsed = text == nullptr ? result<net::endpoint>{error_code{}} : net::parse_endpoint(*text);
    if (!parsed) return "an IP address and port such as \"127.0.0.1:8080\" or \"[::1]:8080\"";
    key.of(target) = *parsed;
    return std::nullopt;
  }

  problem operator()(const address_list_key& key) const {
    const problem expected = "a list of IP addresses such as [\"10.0.0.1\", \"::1\"]";
    const auto* texts = written<std::vector<std::string>>();
    if (texts == nullptr) return expected;
    std::vector<std::string> addresses;
    for (const std::string& text : *texts) {
      const auto address = canonical_address(text);
      if (!address) return expected;
      addresses.push_back(*address);
    }
    key.of(target) = std::move(addresses);
    return std::nullopt;
  }

  problem operator()(const network_list_key& key) const {
    const problem expected = "a list of networks such as [\"10.0.0.0/8\", \"fc00::/7\"]";
    const auto* texts = written<std::vector<std::string>>();
    if (texts == nullptr) return expected;
    std::vector<std::string> networks;
    for (const std::string& text : *texts) {
      auto network = canonical_network(text);
      if (!network) return expected;
      networks.push_back(std::move(*network));
    }
    key.of(target) = std::move(networks);
    return std::nullopt;
  }

  problem operator()(const name_list_key& key) const {
    const auto* texts = written<std::vector<std::string>>();
    if (texts == nullptr || !std::all_of(texts->begin(), texts->end(), key.is_valid)) return std::string{key.expected};
    key.of(target) = *texts;
    return std::nullopt;
  }

  problem operator()(const duration_key& key) const {
    const auto* text = written<std::string>();
    const auto duration = text == nullptr ? std::nullopt : parse_duration(*text);
    if (!duration || *duration < key.least) {
      return std::string{"a duration with its unit such as \"250ms\", \"1.5s\", \"2m\" or \"1h\""}
             + (key.least.count() > 0 ? ", at least \"" + std::to_string(key.least.count()) + "ms\"" : "");
    }
    key.of(target) = *duration;
    return std::nullopt;
  }

  problem operator()(const count_key& key) const {
    const auto* number = written<std::int64_t>();
    const bool fits = number != nullptr && *number >= 0 && static_cast<std::uint64_t>(*number) >= key.least
                      && static_cast<std::uint64_t>(*number) <= key.most;
    if (!fits) return "a whole number from " + std::to_string(key.least) + " to " + std::to_string(key.most);
    key.of(target) = static_cast<std::uint64_t>(*number);
    return std::nullopt;
  }

  problem operator()(const size_key& key) const {
    std::optional<std::uint64_t> size;
    if (const auto* number = written<std::int64_t>(); number != nullptr && *number >= 0)
      size = static_cast<std::uint64_t>(*number);
    if (const auto* text = written<std::string>()) size = parse_size(*text);
    if (!size || *size < key.least || *size > key.most) {
      return "a number of bytes from " + std::to_string(key.least) + " to " + std::to_string(key.most)
             + ", or a text such as \"16KiB\"";
    }
    key.of(target) = *size;
    return std::nullopt;
  }

  problem operator()(const fraction_key& key) const {
    std::optional<double> fraction;
    if (const auto* number = written<double>()) fraction = *number;
    if (const auto* number = written<std::int64_t>()) fraction = static_cast<double>(*number);
    if (!fraction || !(*fraction >= 0 && *fraction <= 1)) return "a number from 0 to 1 such as 0.01";
    key.of(target) = *fraction;
    return std::nullopt;
  }

  problem operator()(const flag_key& key) const {
    const auto* flag = written<bool>();
    if (flag == nullptr) return "true or false";
    key.of(target) = *flag;
    return std::nullopt;
  }

  problem operator()(const choice_key& key) const {
    const auto* text = written<std::string>();
    const auto word = text == nullptr ? key.words.end() : std::find(key.words.begin(), key.words.end(), *text);
    if (word == key.words.end()) return quoted_list(key.words);
    key.choose(target, static_cast<std::size_t>(word - key.words.begin()));
    return std::nullopt;
  }

  problem operator()(const folder_key& key) const {
    const auto* text = written<std::string>();
    if (text == nullptr || (text->empty() && !key.may_be_empty) || text->find('\0') != std::string::npos) {
      return std::string{"the path of a folder, as a text"} + (key.may_be_empty ? ", or \"\" for none" : "");
    }
    key.of(target) = text->empty() ? std::filesystem::path{} : (folder / *text).lexically_normal();
    return std::nullopt;
  }

  problem operator()(const file_key& key) const {
    const auto* text = written<std::string>();
    if (text == nullptr || text->find('\0') != std::string::npos)
      return "the path of a file, as a text, or \"\" for none";
    key.of(target) = text->empty() ? std::filesystem::path{} : (folder / *text).lexically_normal();
    return std::nullopt;
  }

  problem operator()(const file_list_key& key) const {
    const problem expected = "a list of files such as [\"server.pem\"]";
    const auto* texts = written<std::vector<std::string>>();
    if (texts == nullptr) return expected;
    std::vector<std::filesystem::path> files;
    for (const std::string& text : *texts) {
      if (text.empty() || text.find('\0') != std::string::npos) return expected;
      files.push_back((folder / text).lexically_normal());
    }
    key.of(target) = std::move(files);
    return std::nullopt;
  }

  problem operator()(const url_key& key) const {
    const auto* text = written<std::string>();
    if (text == nullptr || (!text->empty() && !is_url(*text)))
      return "an http:// or https:// address, or \"\" for none";
    std::string url = *text;
    while (url.ends_with('/')) url.pop_back();
    key.of(target) = std::move(url);
    return std::nullopt;
  }

  problem operator()(const text_key& key) const {
    const auto* text = written<std::string>();
    if (text == nullptr || !key.is_valid(*text)) return std::string{key.expected};
    key.of(target) = *text;
    return std::nullopt;
  }
};

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (from < text.size()) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    const std::size_t first = text.find_first_not_of(' ', from);
    const std::size_t last = text.find_last_not_of(' ', comma - 1);
    if (first < comma) parts.push_back(text.substr(first, last - first + 1));
    from = comma + 1;
  }
  return parts;
}

/// Reads a variable's text as what its key takes; text that is nothing of the sort stays text, and is then refused as
/// such.
struct text_reader {
  const std::string& text;

  written_value operator()(const flag_key&) const {
    if (text == "true" || text == "false") return text == "true";
    return text;
  }
  written_value operator()(const address_list_key&) const { return split_list(text); }
  written_value operator()(const network_list_key&) const { return split_list(text); }
  written_value operator()(const name_list_key&) const { return split_list(text); }
  written_value operator()(const file_list_key&) const { return split_list(text); }
  written_value operator()(const count_key&) const { return number_or_text(); }
  written_value operator()(const size_key&) const { return number_or_text(); }
  written_value operator()(const fraction_key&) const {
    double fraction = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), fraction);
    if (problem == std::errc{} && end == text.data() + text.size()) return fraction;
    return text;
  }
  template <class OtherKey>
  written_value operator()(const OtherKey&) const {
    return text;
  }

 private:
  [[nodiscard]] written_value number_or_text() const {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem == std::errc{} && end == text.data() + text.size()) return number;
    return text;
  }
};

}  // namespace

std::optional<std::string> assign(settings& target, const settings_key& key, const written_value& value,
                                  const std::filesystem::path& folder) {
  return std::visit(assigner{target, value, folder}, key.kind);
}

written_value value_from_text(const settings_key& key, const std::string& text) {
  return std::visit(text_reader{text}, key.kind);
}

}  // namespace modelgate::config
