#pragma once

#include "control/api/primehub/caller.hpp"

namespace modelgate::control::primehub {

/// Everything that can be asked for.
class query_root : public graphql::object {
 public:
  explicit query_root(const caller& by) : by_{by} {}

  [[nodiscard]] graphql::resolution get(std::string_view field, const boost::json::object& arguments) const override;

 private:
  [[nodiscard]] graphql::resolution deployment(const boost::json::object& arguments) const;
  [[nodiscard]] graphql::resolution is_available(const boost::json::object& arguments) const;
  [[nodiscard]] graphql::resolution license() const;
  [[nodiscard]] graphql::resolution group(const boost::json::object& arguments) const;
  [[nodiscard]] graphql::resolution goes_with_group(const boost::json::object& arguments) const;
  [[nodiscard]] graphql::resolution instance_type(const boost::json::object& arguments) const;
  [[nodiscard]] graphql::resolution user(const boost::json::object& arguments) const;

  const caller& by_;
};

}  // namespace modelgate::control::primehub
