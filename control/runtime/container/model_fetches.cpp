#include "control/runtime/container/model_fetches.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace modelgate::control::runtime::container {

boost::asio::awaitable<model_fetches::fetched_model> model_fetches::get(
    model_store& store, std::string replica, std::string uri, std::shared_ptr<boost::asio::steady_timer> patience) {
  using boost::system::in_place_error;
  if (!store.want(replica, uri)) co_return fetched_model{boost::system::in_place_value};
  const auto mine = join(store, replica, uri);
  if (!mine) co_return fetched_model{in_place_error, "too many models are being fetched"};
  mine->waiting.push_back(patience);
  const auto [woken] = co_await patience->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  static_cast<void>(woken);
  std::erase(mine->waiting, patience);
  if (mine->came) co_return *mine->came;
  // Whoever wants it from now on does not get what was given up.
  if (mine->waiting.empty()) forget(model_store::revision_of(replica), mine);
  co_return fetched_model{in_place_error, "the model \"" + uri + "\" is not waited for any more"};
}

std::shared_ptr<model_fetches::fetch> model_fetches::join(model_store& store, const std::string& replica,
                                                          const std::string& uri) {
  const std::string revision = model_store::revision_of(replica);
  if (const auto found = under_way_.find(revision); found != under_way_.end()) return found->second;
  const auto begun = std::make_shared<fetch>();
  const bool accepted = pool_.try_run([this, &store, begun, revision, replica, uri] {
    if (!begun->is_wanted) return;
    auto fetched = store.ensure(replica, uri);
    boost::asio::post(loop_, [this, begun, revision, fetched = std::move(fetched)]() mutable {
      begun->came = std::move(fetched);
      for (const auto& each : begun->waiting) each->cancel();
      forget(revision, begun);
    });
  });
  if (!accepted) return nullptr;
  under_way_.emplace(revision, begun);
  return begun;
}

void model_fetches::forget(const std::string& revision, const std::shared_ptr<fetch>& which) {
  which->is_wanted = false;
  const auto found = under_way_.find(revision);
  if (found != under_way_.end() && found->second == which) under_way_.erase(found);
}

}  // namespace modelgate::control::runtime::container
