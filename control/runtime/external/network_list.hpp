#pragma once

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::runtime::external {

/// Networks in which external replicas may be, so that nobody who may deploy reaches through the gateway what he could
/// not reach himself.
///
/// Shape: a value. Texts are "10.0.0.0/8" or "fc00::/7", as the config file's check lets them through.
class network_list {
 public:
  explicit network_list(const std::vector<std::string>& texts);

  /// Whether the IP literal lies in one of them.
  [[nodiscard]] bool contains(std::string_view address) const;

 private:
  struct network {
    boost::asio::ip::address base;
    unsigned prefix;
  };
  std::vector<network> networks_;
};

}  // namespace modelgate::control::runtime::external
