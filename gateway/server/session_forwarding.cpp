// What a request becomes on its way to a replica.
#include "gateway/proxy/forwarding.hpp"
#include "gateway/server/session.hpp"

namespace modelgate::server {

void session::write_upstream_head(const request& req, const config::deployment_config& deployment) {
  const http::request_head& head = worker_.context().request_head;
  proxy::upstream_request out;
  out.path = req.match.upstream_path;
  out.query = req.target.query;
  out.has_query = req.target.has_query;
  out.original_host = req.framing.host;
  out.client_address = peer_;
  out.client_uses_tls = stream_->tls() != nullptr;
  out.client_is_trusted_proxy = worker_.is_trusted_proxy(peer_);
  out.request_id = buffers_->ids.request_id;
  out.puid = buffers_->ids.puid;
  const filter::request_trace& trace = buffers_->trace;
  const traceparent_text traceparent = format_traceparent({trace.id, trace.upstream, trace.sampled});
  out.traceparent = {traceparent.data(), traceparent.size()};
  out.forwards_tracestate = trace.forwards_state;
  out.user = req.user;
  out.forward_authorization = deployment.serving.forward_authorization;
  out.upgrade = req.upgrade.has_value();
  out.body = req.framing.body;
  buffers_->exchange.head_line.clear();
  proxy::append_request_line(buffers_->exchange.head_line, head, out);
  buffers_->exchange.head_fields.clear();
  proxy::append_request_fields(buffers_->exchange.head_fields, head, out);
}

}  // namespace modelgate::server
