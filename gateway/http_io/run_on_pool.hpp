#pragma once

#include "modelgate/base/blocking_pool.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace modelgate::http_io {

/// Runs `work` on a thread of the pool and resumes the caller on its own executor with what it answered.
/// Errors: absent when the pool is full. `work` must not throw.
template <class Value>
boost::asio::awaitable<std::optional<Value>> run_on_pool(blocking_pool& pool, std::function<Value()> work) {
  namespace asio = boost::asio;
  return asio::async_initiate<const asio::use_awaitable_t<>, void(std::optional<Value>)>(
      [&pool](auto handler, std::function<Value()> job) {
        const auto executor = asio::get_associated_executor(handler);
        // Shared because a pool's job must be copyable. The last owner must be the context's thread, as the handler
        // owns the waiting coroutine: so the job gives its share away with the post.
        auto waiting = std::make_shared<decltype(handler)>(std::move(handler));
        const bool accepted =
            pool.try_run([executor, waiting, job = std::move(job), guard = asio::make_work_guard(executor)]() mutable {
              std::optional<Value> value{job()};
              asio::post(executor, [waiting = std::move(waiting), value = std::move(value)]() mutable {
                std::move (*waiting)(std::move(value));
              });
            });
        if (!accepted) {
          asio::post(executor, [waiting]() { std::move (*waiting)(std::optional<Value>{}); });
        }
      },
      asio::use_awaitable, std::move(work));
}

}  // namespace modelgate::http_io
