#include "gateway/handover.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

namespace modelgate {
namespace {

namespace json = boost::json;

constexpr std::uint32_t longest_text = 16'777'216;
constexpr std::size_t descriptors_per_packet = 128;  // the kernel takes 253
constexpr std::size_t most_descriptors = 8'192;

/// Before every text: its length, and how many descriptors come after it.
struct frame {
  std::uint32_t text_bytes = 0;
  std::uint32_t descriptors = 0;
};

json::object to_json(const offered_listener& of) {
  return {{"configured", net::to_string(of.configured)},
          {"bound", net::to_string(of.bound)},
          {"sockets", of.sockets.size()}};
}

json::object to_json(const handover_offer& offer) {
  json::array served;
  for (const std::string& name : offer.served) served.emplace_back(name);
  return {{"prediction", to_json(offer.prediction)},
          {"control", to_json(offer.control)},
          {"metrics", to_json(offer.metrics)},
          {"served", std::move(served)},
          {"upgrades", offer.upgrades},
          {"failedUpgrades", offer.failed_upgrades}};
}

/// In the order in which they are read.
std::vector<int> descriptors_of(const handover_offer& offer) {
  std::vector<int> all{offer.upgrade_socket, offer.store_lock, offer.runtime_lock};
  for (const offered_listener* each : {&offer.prediction, &offer.control, &offer.metrics}) {
    all.insert(all.end(), each->sockets.begin(), each->sockets.end());
  }
  return all;
}

class descriptor_reader {
 public:
  explicit descriptor_reader(std::vector<file_handle>& from) : from_{from} {}
  int next() { return from_.at(at_++).release(); }
  [[nodiscard]] bool has(std::size_t count) const { return from_.size() - at_ >= count; }

 private:
  std::vector<file_handle>& from_;
  std::size_t at_ = 0;
};

bool read_listener(const json::object& text, descriptor_reader& descriptors, offered_listener& into) {
  const auto configured = net::parse_endpoint(json::value_to<std::string>(text.at("configured")));
  const auto bound = net::parse_endpoint(json::value_to<std::string>(text.at("bound")));
  const auto count = text.at("sockets").to_number<std::size_t>();
  if (!configured || !bound || !descriptors.has(count)) return false;
  into.configured = *configured;
  into.bound = *bound;
  for (std::size_t i = 0; i < count; ++i) into.sockets.push_back(descriptors.next());
  return true;
}

std::optional<handover_message> parse(std::string_view text, std::vector<file_handle>& descriptors) {
  try {
    const json::value document = json::parse({text.data(), text.size()});
    const json::object& object = document.as_object();
    handover_message message;
    message.kind = json::value_to<std::string>(object.at("kind"));
    message.why = json::value_to<std::string>(object.at("why"));
    if (message.kind != "offer") return message;
    const json::object& offer = object.at("offer").as_object();
    handover_offer& into = message.offer;
    for (const json::value& name : offer.at("served").as_array())
      into.served.push_back(json::value_to<std::string>(name));
    into.upgrades = offer.at("upgrades").to_number<std::uint64_t>();
    into.failed_upgrades = offer.at("failedUpgrades").to_number<std::uint64_t>();
    descriptor_reader reader{descriptors};
    if (!reader.has(3)) return std::nullopt;
    into.upgrade_socket = reader.next();
    into.store_lock = reader.next();
    into.runtime_lock = reader.next();
    if (!read_listener(offer.at("prediction").as_object(), reader, into.prediction)
        || !read_listener(offer.at("control").as_object(), reader, into.control)
        || !read_listener(offer.at("metrics").as_object(), reader, into.metrics)) {
      return std::nullopt;
    }
    return message;
  } catch (const std::exception&) {  // Boost.JSON throws several kinds for text that is not what it should be
    return std::nullopt;
  }
}

int milliseconds_until(steady_time deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

bool wait_for(int socket, short events, steady_time deadline) {
  pollfd waited{socket, events, 0};
  int ready = 0;
  do {
    ready = ::poll(&waited, 1, milliseconds_until(deadline));
  } while (ready < 0 && errno == EINTR);
  return ready == 1;
}

/// Room for the descriptors of one packet, aligned as the kernel wants it.
union control_buffer {
  cmsghdr header;
  std::array<char, CMSG_SPACE(descriptors_per_packet * sizeof(int))> bytes;
};

bool send_packet(int socket, std::string_view bytes, std::span<const int> descriptors, steady_time deadline) {
  while (!bytes.empty()) {
    iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    control_buffer control{};
    if (!descriptors.empty()) {
      message.msg_control = &control;
      message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
      std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
    }
    const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN && wait_for(socket, POLLOUT, deadline)) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
    descriptors = {};
  }
  return true;
}

bool receive_bytes(int socket, std::span<char> into, std::vector<file_handle>& descriptors, steady_time deadline) {
  while (!into.empty()) {
    if (!wait_for(socket, POLLIN, deadline)) return false;
    iovec piece{into.data(), into.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    control_buffer control{};
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    const ssize_t count = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return false;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
      if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
      std::vector<int> got((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
      std::memcpy(got.data(), CMSG_DATA(header), got.size() * sizeof(int));
      for (const int descriptor : got) descriptors.emplace_back(descriptor);
    }
    into = into.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

std::vector<int> take_sockets(offered_listener& from, const net::endpoint& wanted) {
  std::vector<int> sockets = std::exchange(from.sockets, {});
  if (wanted == from.configured || wanted == from.bound) return sockets;
  for (const int socket : sockets) ::close(socket);
  return {};
}

bool handover_channel::send(const handover_message& message, steady_time deadline) const {
  json::object object{{"kind", message.kind}, {"why", message.why}};
  std::vector<int> descriptors;
  if (message.kind == "offer") {
    object["offer"] = to_json(message.offer);
    descriptors = descriptors_of(message.offer);
  }
  const std::string text = json::serialize(object);
  const frame head{static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(descriptors.size())};
  const std::string_view head_bytes{reinterpret_cast<const char*>(&head), sizeof head};
  if (!send_packet(socket_.get(), head_bytes, {}, deadline) || !send_packet(socket_.get(), text, {}, deadline)) {
    return false;
  }
  std::span<const int> rest{descriptors};
  while (!rest.empty()) {
    const auto some = rest.first(std::min(rest.size(), descriptors_per_packet));
    if (!send_packet(socket_.get(), "+", some, deadline)) return false;
    rest = rest.subspan(some.size());
  }
  return true;
}

std::optional<handover_message> handover_channel::receive(steady_time deadline) const {
  frame head;
  std::vector<file_handle> descriptors;
  if (!receive_bytes(socket_.get(), {reinterpret_cast<char*>(&head), sizeof head}, descriptors, deadline)) {
    return std::nullopt;
  }
  if (head.text_bytes > longest_text || head.descriptors > most_descriptors) return std::nullopt;
  std::string text(head.text_bytes, '\0');
  if (!receive_bytes(socket_.get(), text, descriptors, deadline)) return std::nullopt;
  while (descriptors.size() < head.descriptors) {
    char mark = 0;
    const std::size_t before = descriptors.size();
    if (!receive_bytes(socket_.get(), {&mark, 1}, descriptors, deadline) || descriptors.size() == before) {
      return std::nullopt;
    }
  }
  return parse(text, descriptors);
}

int wait_readable(std::span<const int> descriptors, steady_time deadline) {
  std::vector<pollfd> waited;
  for (const int descriptor : descriptors) waited.push_back({descriptor, POLLIN, 0});
  int ready = 0;
  do {
    ready = ::poll(waited.data(), waited.size(), milliseconds_until(deadline));
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) return -1;
  const auto first = std::find_if(waited.begin(), waited.end(), [](const pollfd& each) { return each.revents != 0; });
  return static_cast<int>(first - waited.begin());
}

}  // namespace modelgate
