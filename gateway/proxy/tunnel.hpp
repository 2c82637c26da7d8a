#pragma once

#include "gateway/proxy/body_relay.hpp"
#include "gateway/proxy/client_side.hpp"
#include "gateway/proxy/tunnel_fsm.hpp"
#include "gateway/proxy/worker_context.hpp"

#include "modelgate/net/byte_stream.hpp"
#include "modelgate/net/task.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace modelgate::proxy {

/// Bytes both ways between a client and a replica that have agreed on another protocol.
///
/// Each way is a body_relay that runs until its source closes: what the other end does not take is kept up to one
/// scratch buffer, then nothing more is read. A half-close is passed on.
///
/// Shape: worker-local, lives in the exchange that opened it; strings and streams are lent.
class tunnel {
 public:
  using outcome = tunnel_fsm::outcome;

  tunnel(worker_context& worker, client_side client, net::byte_stream& upstream, std::string& kept_upload,
         std::string& kept_download);
  ~tunnel();
  tunnel(const tunnel&) = delete;
  tunnel& operator=(const tunnel&) = delete;

  /// Sends the head of the 101 and what the replica has already said after its own, which lies in the scratch buffer.
  void start(std::string_view head, std::string_view early);

  /// Moves bytes until it is over. Any outcome but `closed` leaves ends that have to be reset.
  [[nodiscard]] net::task_of<outcome> run();

 private:
  using side = tunnel_fsm::side;
  using verdict = tunnel_fsm::verdict;

  [[nodiscard]] verdict step();
  [[nodiscard]] verdict judge(body_relay::status status, side from);
  void account() noexcept;

  worker_context& worker_;
  client_side client_;
  net::byte_stream& upstream_;
  std::string& kept_upload_;
  std::string& kept_download_;
  body_relay upload_;
  body_relay download_;
  tunnel_fsm fsm_;
  verdict ended_at_start_;
  std::size_t kept_bytes_ = 0;        ///< as counted in the worker's memory_in_use
  std::uint64_t upload_counted_ = 0;  ///< of the relays' payload, in the metrics
  std::uint64_t download_counted_ = 0;
  bool wants_turn_ = false;
};

}  // namespace modelgate::proxy
