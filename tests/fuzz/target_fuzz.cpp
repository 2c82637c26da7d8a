// A request's path: what is accepted has one form, and no decoder that comes after can read another path out of it.
#include "tests/fuzz/require.hpp"

#include "modelgate/http/target.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace http = modelgate::http;

namespace {

constexpr std::string_view unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
constexpr std::string_view hex_digits = "0123456789ABCDEFabcdef";
constexpr std::string_view upper_hex_digits = "0123456789ABCDEF";

bool starts_escape(std::string_view text, std::size_t at) {
  return text[at] == '%' && at + 2 < text.size() && hex_digits.find(text[at + 1]) != std::string_view::npos
         && hex_digits.find(text[at + 2]) != std::string_view::npos;
}

char escaped(std::string_view text, std::size_t at) {
  return static_cast<char>(std::stoi(std::string{text.substr(at + 1, 2)}, nullptr, 16));
}

/// As a model server's framework would: every escape once.
std::string decode(std::string_view path) {
  std::string text;
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (starts_escape(path, at)) {
      text.push_back(escaped(path, at));
      at += 2;
    } else {
      text.push_back(path[at]);
    }
  }
  return text;
}

/// The same path with every unreserved character escaped, in lower case.
std::string spell_out(std::string_view path) {
  std::string text;
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (starts_escape(path, at)) {
      text.append(path.substr(at, 3));
      at += 2;
    } else if (unreserved.find(path[at]) != std::string_view::npos) {
      const auto byte = static_cast<unsigned char>(path[at]);
      text += {'%', "0123456789abcdef"[byte / 16], "0123456789abcdef"[byte % 16]};
    } else {
      text.push_back(path[at]);
    }
  }
  return text;
}

void check_escapes(std::string_view path) {
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (path[at] != '%') {
      require(unreserved.find(path[at]) != std::string_view::npos
                  || std::string_view{"/:@!$&'()*+,="}.find(path[at]) != std::string_view::npos,
              "nothing stands unescaped that has to be escaped");
      continue;
    }
    require(starts_escape(path, at), "an escape is whole");
    require(upper_hex_digits.find(path[at + 1]) != std::string_view::npos
                && upper_hex_digits.find(path[at + 2]) != std::string_view::npos,
            "escapes are in upper case");
    const char byte = escaped(path, at);
    require(unreserved.find(byte) == std::string_view::npos, "an unreserved character is not escaped");
    require(static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f, "no control character is escaped");
    require(std::string_view{"/\\%;"}.find(byte) == std::string_view::npos, "no separator is escaped, and no escape");
  }
}

/// Every segment, for whoever splits at '/', at '\' or at what comes before a ';'.
void check_segments(std::string_view path) {
  for (std::size_t start = 0; start < path.size();) {
    const std::size_t end = std::min(path.find_first_of("/\\", start), path.size());
    const std::string_view segment = path.substr(start, end - start);
    const std::string_view name = segment.substr(0, segment.find(';'));
    require(name != "." && name != "..", "no segment leads elsewhere");
    require(!segment.empty() || start == 0, "no segment is empty");
    start = end + 1;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  std::string storage = "left over from the request before";
  const auto target = http::normalise_target(bytes, storage);
  const std::size_t mark = bytes.find('?');
  const std::string_view path = bytes.substr(0, mark);

  const std::string spelling = spell_out(path);
  std::string other_storage;
  const auto spelled = http::normalise_target(spelling, other_storage);
  if (!target) {
    require(!target.error().detail.empty(), "a refusal says why");
    std::string none;
    if (!http::normalise_target(path, none)) require(!spelled, "what is refused is refused in every spelling");
    return 0;
  }
  require(spelled && spelled->path == target->path, "every spelling has the same form");
  require(target->path.starts_with('/'), "paths start at the root");
  require(target->has_query == (mark != std::string_view::npos), "a query is what stands behind the first '?'");
  require(!target->has_query || target->query == bytes.substr(mark + 1), "a query stays as it is");
  check_escapes(target->path);
  check_segments(target->path);

  const std::string once = decode(target->path);
  require(once.find('%') == std::string::npos && decode(once) == once, "nothing is left to decode a second time");
  check_segments(once);

  std::string whole{target->path};
  if (target->has_query) whole.append("?").append(target->query);
  std::string twice;
  const auto again = http::normalise_target(whole, twice);
  require(again && again->path == target->path && again->query == target->query,
          "the normal form is its own normal form");
  return 0;
}
