#include "control/runtime/driver_set.hpp"

#include <iterator>
#include <utility>

namespace modelgate::control::runtime {

std::vector<observed_replica> driver_set::observe() const {
  std::vector<observed_replica> all = images_.observe();
  std::vector<observed_replica> others = external_.observe();
  all.insert(all.end(), std::make_move_iterator(others.begin()), std::make_move_iterator(others.end()));
  return all;
}

// One of the two knows the name, and the other one ignores it.
void driver_set::drain(const std::string& name) {
  images_.drain(name);
  external_.drain(name);
}

void driver_set::stop(const std::string& name) {
  images_.stop(name);
  external_.stop(name);
}

void driver_set::remove(const std::string& name) {
  images_.remove(name);
  external_.remove(name);
}

void driver_set::set_change_listener(std::function<void()> listener) {
  images_.set_change_listener(listener);
  external_.set_change_listener(std::move(listener));
}

}  // namespace modelgate::control::runtime
