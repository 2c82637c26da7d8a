#pragma once

#include "modelgate/base/blocking_pool.hpp"
#include "modelgate/http_io/server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace modelgate::http_io::test {

/// A server on a port of its own, with its thread and pool.
class running_server {
 public:
  explicit running_server(request_handler handler, server_limits limits = {}, std::size_t threads = 2,
                          std::size_t queue = 16, own_answers own = {})
      : pool_{std::in_place, "test", threads, queue}, server_{std::in_place, context_,
                                                              *pool_,        net::endpoint{"127.0.0.1", 0},
                                                              limits,        std::move(handler)} {
    server_->set_own_answers(std::move(own));
    thread_ = std::thread{[this] { context_.run(); }};
  }

  ~running_server() {
    server_.reset();
    pool_.reset();  // its jobs post to the context
    work_.reset();
    thread_.join();
  }

  [[nodiscard]] net::endpoint address() const { return server_->address(); }
  [[nodiscard]] std::size_t connections() const { return server_->connections(); }

  void drain() {
    on_context([this] { server_->drain(); });
  }
  void set_limits(const server_limits& limits) {
    on_context([&] { server_->set_limits(limits); });
  }

 private:
  template <class Action>
  void on_context(Action action) {
    std::promise<void> done;
    boost::asio::post(context_, [&] {
      action();
      done.set_value();
    });
    done.get_future().wait();
  }

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  std::optional<blocking_pool> pool_;
  std::optional<server> server_;
  std::thread thread_;
};

}  // namespace modelgate::http_io::test
