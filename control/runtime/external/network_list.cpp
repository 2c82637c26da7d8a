#include "control/runtime/external/network_list.hpp"

#include "modelgate/base/result.hpp"

#include <algorithm>
#include <charconv>

namespace modelgate::control::runtime::external {
namespace {

std::vector<unsigned char> bytes_of(const boost::asio::ip::address& address) {
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    return {bytes.begin(), bytes.end()};
  }
  const auto bytes = address.to_v6().to_bytes();
  return {bytes.begin(), bytes.end()};
}

bool agree(const std::vector<unsigned char>& a, const std::vector<unsigned char>& b, unsigned bits) {
  for (std::size_t i = 0; i < a.size() && bits > 0; ++i) {
    const unsigned here = std::min(bits, 8U);
    const unsigned mask = 0xFFU & (0xFFU << (8U - here));
    if (((a[i] ^ b[i]) & mask) != 0) return false;
    bits -= here;
  }
  return true;
}

}  // namespace

network_list::network_list(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const std::size_t slash = text.find('/');
    error_code problem;
    const auto base = boost::asio::ip::make_address(text.substr(0, slash), problem);
    if (problem) continue;  // the config's check has refused it
    unsigned prefix = base.is_v4() ? 32 : 128;
    if (slash != std::string::npos) std::from_chars(text.data() + slash + 1, text.data() + text.size(), prefix);
    networks_.push_back({base, prefix});
  }
}

bool network_list::contains(std::string_view address) const {
  error_code problem;
  const auto looked_for = boost::asio::ip::make_address(std::string{address}, problem);
  if (problem) return false;
  return std::any_of(networks_.begin(), networks_.end(), [&](const network& each) {
    return each.base.is_v4() == looked_for.is_v4() && agree(bytes_of(each.base), bytes_of(looked_for), each.prefix);
  });
}

}  // namespace modelgate::control::runtime::external
