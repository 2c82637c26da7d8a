#pragma once

#include "control/api/graphql/document.hpp"
#include "control/api/graphql/fault.hpp"
#include "control/api/graphql/limits.hpp"
#include "control/api/graphql/schema.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace modelgate::control::graphql {

class object;
using object_ptr = std::shared_ptr<const object>;

/// What a field has: a plain value, an object whose fields are asked in turn, or a list of such.
class resolved {
 public:
  resolved() = default;  ///< null
  // In braces a value would become a list of itself.
  resolved(boost::json::value value) : value_(std::move(value)) {}
  resolved(object_ptr node) : node_(std::move(node)) {}
  resolved(std::vector<resolved> items) : items_(std::move(items)), is_list_(true) {}

  [[nodiscard]] bool is_null() const noexcept { return !is_list_ && node_ == nullptr && value_.is_null(); }
  [[nodiscard]] bool is_list() const noexcept { return is_list_; }
  [[nodiscard]] const std::vector<resolved>& items() const noexcept { return items_; }
  [[nodiscard]] const object_ptr& node() const noexcept { return node_; }
  [[nodiscard]] const boost::json::value& value() const noexcept { return value_; }

 private:
  boost::json::value value_;
  object_ptr node_;
  std::vector<resolved> items_;
  bool is_list_ = false;
};

using resolution = result<resolved, fault>;

/// Something that fields are asked of. A field is asked only when somebody wants it.
///
/// Shape: alive while one request is answered, on its thread.
class object {
 public:
  virtual ~object() = default;
  /// `field` is one of the object's type, and `arguments` are what the schema says. Errors: told in the answer.
  [[nodiscard]] virtual resolution get(std::string_view field, const boost::json::object& arguments) const = 0;
};

struct request {
  std::string_view query;
  std::string_view operation_name = {};  ///< empty: the only one
  const boost::json::object* variables = nullptr;
  /// Asked before each field; once it is so, no further one is answered. Empty: there is all the time in the world.
  std::function<bool()> is_late = {};
};

struct roots {
  const object* query = nullptr;
  const object* mutation = nullptr;
};

struct reply {
  bool executed = false;  ///< else the request itself was wrong, and nothing was done
  boost::json::value data;
  faults errors;
};

/// All stages one after the other: parse, validate, take variables, execute. Fields of a mutation are done in the order
/// in which they are asked for.
///
/// Errors: in the reply. A field that failed is null, and so is what it stands in as far as nothing there may be null.
/// Source: GraphQL specification, October 2021, section 6.
[[nodiscard]] reply answer(const schema& types, const roots& at, const request& asked, const query_limits& limits = {});

}  // namespace modelgate::control::graphql
